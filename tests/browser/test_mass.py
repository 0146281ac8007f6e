"""A mass notice goes its way in two browsers: one officer drafts it, another approves and starts it and watches it go."""

from __future__ import annotations

import datetime
import re
import socket
import zoneinfo

import pytest
from tests.browser.conftest import Office
from tests.browser.joining import from_menu, join
from tests.integrations.conftest import Node

from clearbell.policy.pack import builtin_pack_text
from clearbell.testing.smsc_process import running_smsc
from clearbell.web.officers.mass_texts import MASS

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

FIRST = 8613900000000
PEOPLE = 60
HOURS = '[hours.notices]\nstart = "08:00"\nend = "21:00"'


class Wakeful(Office):
    """An office whose mass notices may go at any hour, and slowly enough to be watched."""

    def __init__(self, home, port, sip_port, smsc):
        pack = builtin_pack_text("cn").replace(HOURS, '[hours.notices]\nstart = "00:00"\nend = "24:00"')
        (home / "pack.toml").write_text(pack)
        Node.__init__(
            self,
            home,
            port,
            sip_port,
            f'[notices.sms]\naddress = "127.0.0.1:{smsc.port}"\nsystem_id = "clearbell"\nsource = "10690001"\n'
            "[notices.mass]\nper_second = 15.0\n",
            pack=str(home / "pack.toml"),
        )
        self.home, self.smsc = home, smsc


@pytest.fixture
def node(tmp_path, free_port):
    home = tmp_path / "home"
    home.mkdir()
    with running_smsc() as smsc:
        served = Wakeful(home, free_port(), free_port(socket.SOCK_DGRAM), smsc)
        yield served
        served.stop()


def test_one_officer_drafts_another_approves_and_watches_it_go(node, visitor):
    links = {
        name: re.search(r"/desk/join/\S+", node.cli("accounts", "add", name, name.title(), "--role", "officer"))[0]
        for name in ("li", "wang")
    }
    zh, en = MASS["zh"], MASS["en"]

    li = visitor("zh")
    join(li, links["li"], "li")
    from_menu(li, "menu_callers", "mass_notices")
    li.look()
    li.fill(zh["name"], "Maintenance")
    li.page.locator("#purpose").select_option("service")
    li.fill(zh["zh"], "系统将于今晚维护。")
    li.fill(zh["en"], "Service may be interrupted tonight.")
    until = datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Shanghai")) + datetime.timedelta(hours=2)
    li.page.locator("#until").fill(until.strftime("%Y-%m-%dT%H:%M"))
    li.page.locator("#recipients").fill("\n".join(f"+{FIRST + n}" for n in range(PEOPLE)))
    li.click("button", zh["draft_do"])
    li.look()
    li.click("link", zh["preview"])
    li.sees(zh["preview_found"].format(count=PEOPLE))
    li.look()
    li.click("button", zh["submit"])
    li.sees(zh["own"])

    wang = visitor("en")
    join(wang, links["wang"], "wang")
    from_menu(wang, "menu_callers", "mass_notices")
    wang.look()
    wang.click("link", "Maintenance")
    wang.look(data="系统将于今晚维护。")
    wang.click("button", en["approve"])
    wang.click("button", en["start"])
    wang.page.wait_for_function(
        "() => { const b = document.getElementById('bar'); return b.value > 0 && b.value < b.max; }"
    )
    here = wang.page.evaluate("() => performance.timeOrigin")
    wang.page.wait_for_function("() => document.getElementById('bar').value > 20")
    assert wang.page.evaluate("() => performance.timeOrigin") == here, "the page followed without being loaded anew"
    wang.look("desk-mass", data="系统将于今晚维护。")
    wang.page.wait_for_function("() => document.querySelector('[data-p=share]').textContent === '100.0 %'")
    wang.page.get_by_text("finished").first.wait_for()
    wang.look(data="系统将于今晚维护。")
    assert sorted(line["to"] for line in node.smsc.events("message")) == sorted(str(FIRST + n) for n in range(PEOPLE))
