"""How people come to the desk, in their own browser."""

from __future__ import annotations

import re

import pyotp

from clearbell.web.officers.texts import DESK

PASSWORD = "nine bells at noon"


def join(visitor, path, name):
    """Choose a password by an invitation, and sign in."""
    t = DESK[visitor.language]
    visitor.open(path)
    visitor.look()
    visitor.fill(t["password_new"], PASSWORD)
    visitor.fill(t["password_twice"], PASSWORD)
    visitor.click("button", t["go_on"])
    visitor.look()
    visitor.fill(t["name"], name)
    visitor.fill(t["password"], PASSWORD)
    visitor.click("button", t["sign_in"])


def set_factor(visitor):
    """Turn on the second factor that the role needs."""
    t = DESK[visitor.language]
    visitor.sees(t["factor_needed"])
    visitor.look()
    secret = visitor.page.locator("input[name=secret]").get_attribute("value")
    visitor.fill(t["code"], pyotp.TOTP(secret).now())
    visitor.click("button", t["factor_set"])
    visitor.sees(t["recovery"])


def from_menu(visitor, menu, place):
    """Open a menu of the navigation, by the keyboard, and go to one of its places."""
    t = DESK[visitor.language]
    visitor.clicks += 1
    visitor.page.locator("details.menu > summary", has_text=t[menu]).focus()
    visitor.page.keyboard.press("Enter")
    visitor.click("link", t[place], within=visitor.page.get_by_role("navigation"))


def walk_round(visitor):
    """Look at every place that the navigation offers."""
    for path in [one.get_attribute("href") for one in visitor.page.locator("header nav a").all()]:
        visitor.open(path)
        visitor.look()


def invited(node, account, role, tenant=""):
    """The address of an invitation that the operator made at the command line."""
    more = ("--tenant", tenant) if tenant else ()
    return re.search(r"/desk/join/\S+", node.cli("accounts", "add", account, account.title(), "--role", role, *more))[0]
