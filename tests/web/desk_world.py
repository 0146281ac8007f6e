"""A served world with a desk: somebody of every role, and what a test puts before them."""

from __future__ import annotations

import csv
import io
import re

from tests.web.world import ServedWorld

from clearbell.access.model import Role
from clearbell.access.service import do_make_account
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import join, sign_in
from clearbell.testing import fresh_store
from clearbell.testing.access import quick_access_key
from clearbell.web.app import create_app
from clearbell.web.doors import COOKIE, Doors

PASSWORD = "nine bells at noon"
SETTINGS = AccessSettings(second_factor=())


class Desk:
    """The application, and the sessions of its people."""

    def __init__(self, folder, clock=None):
        self.store = fresh_store(folder, clock) if clock is not None else fresh_store(folder)
        self.gate = ServedWorld(self.store, folder)
        self.key = quick_access_key()
        self.cookies = {}
        doors = Doors(self.store, self.key, SETTINGS, secure=False)
        self.app = create_app(self.gate, doors=doors)

    def cookie(self, who):
        if who not in self.cookies:
            with self.store.act("t") as act:
                invited = do_make_account(act, self.key, SETTINGS, who, who, Role(who.rstrip("0123456789")))
            join(self.store, self.key, SETTINGS, who, invited.secret, PASSWORD)
            self.sign_in_again(who)
        return self.cookies[who]

    def sign_in_again(self, who):
        self.cookies[who] = sign_in(self.store, self.key, SETTINGS, who, PASSWORD).secret


class Clerk:
    """Goes about the desk as someone, in a language."""

    def __init__(self, client, desk, who="officer", lang="en"):
        self.client, self.desk, self.who, self.lang = client, desk, who, lang

    def ask(self, path, **query):
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, self.desk.cookie(self.who))
        return self.client.get(path, params={"lang": self.lang, **query} if "?" not in path else None)

    def see(self, path, expected=200, **query):
        reply = self.ask(path, **query)
        assert reply.status_code == expected, reply.text
        return reply.text

    def rows(self, path, expected=200, **query):
        """The cells of the table on a page, as text."""
        return cells(self.see(path, expected, **query))

    def file(self, path, **query):
        reply = self.ask(path, **{**query, "as": "csv"})
        assert reply.headers["content-type"].startswith("text/csv"), reply.text
        return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))

    def send(self, path, expected=303, **fields):
        mark = re.search(r'name="csrf" value="([^"]+)"', self.see("/desk/account"))
        reply = self.client.post(path, data={"csrf": mark[1], **fields}, follow_redirects=False)
        assert reply.status_code == expected, reply.text
        return reply.text


def cells(page):
    """The rows of the first table of a page: the text of each cell."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def link(page, words):
    """Where a link leads."""
    found = re.search(rf'<a href="([^"]+)"[^>]*>\s*{re.escape(words)}', page)
    return found[1].replace("&amp;", "&") if found else ""
