"""The navigation: places by themselves, menus that need no script, and nowhere that one may not go."""

from __future__ import annotations

import re

import pytest

from clearbell.access.model import Principal, Role
from clearbell.web.officers.page import menus, places
from clearbell.web.officers.texts import DESK


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_place_stands_once_and_no_menu_holds_only_one(role, language):
    offered = places(Principal("x", role, "p"))
    made = menus(offered, DESK[language])
    assert [path for menu in made for _, path in menu.places] == [one.path for one in offered]
    assert all(len(menu.places) > 1 for menu in made if menu.words)
    assert all(len(menu.places) == 1 for menu in made if not menu.words)
    # What stands in the bar itself has room on one row.
    assert len(made) <= 9
    titles = [menu.words for menu in made if menu.words]
    assert len(set(titles)) == len(titles)


def test_menus_open_without_a_script(tmp_path):
    from litestar.testing import TestClient
    from tests.web.desk_world import Clerk, Desk

    desk = Desk(tmp_path)
    with TestClient(desk.app) as client:
        page = Clerk(client, desk, "supervisor").see("/desk/ledger")
    desk.store.close()
    nav = page.partition("<nav")[2].partition("</nav>")[0]
    assert nav.count("<details") == nav.count("<summary") == 3
    # The menu that the page is in says so, and so does its place.
    assert re.search(r'<details class="menu here"[^>]*><summary>Node<', nav)
    assert re.search(r'<a href="/desk/ledger" aria-current="page">', nav)
