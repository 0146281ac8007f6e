"""A day from calls to a page: seen from outside, through the command line, on a synthetic country."""

import html.parser
import re

import pytest

from clearbell.cases.tables import case_evidence, case_file
from clearbell.cli.main import build
from clearbell.discovery.campaigns.queries import campaigns_on
from clearbell.discovery.detectors.model import Level, Subject
from clearbell.discovery.findings.queries import lasting
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.sanctions.tables import restriction
from clearbell.simulation.records.writing import FIRST_DAY

LAST = FIRST_DAY + 3


def clearbell(*words):
    with pytest.raises(SystemExit) as ended:
        build()([str(word) for word in words])
    assert not ended.value.code, words


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("country")
    home, lake, page = folder / "home", folder / "lake", folder / "page.html"
    clearbell(
        "simulate", "records", "--seed", 6, "--scale", 0.004, "--days", 4, "--out", lake, "--found", "--home", home
    )
    clearbell(
        "discover", "run", "--home", home, "--lake", lake, "--day", "2026-09-30..2026-10-01", "--report", page
    )  # fmt: skip
    return Store.open(f"sqlite:///{home / 'clearbell.db'}"), page.read_text(encoding="utf-8")


class _Page(html.parser.HTMLParser):
    """What a page refers to, and whether every tag is closed."""

    def __init__(self):
        super().__init__()
        self.tags = []
        self.open = []
        self.references = []
        self.ids = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.references += [value for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_nuisance_holders_are_found_and_put_together(told):
    store, _ = told
    with store.read() as conn:
        units = {one.unit for one in lasting(conn, LAST)}
        assert {"rotator-1", "outbound-400-1", "no-consent-1"} <= units
        assert campaigns_on(conn, LAST)


def test_nothing_is_punished_and_the_chain_verifies(told):
    store, _ = told
    assert verify(store).fault is None
    with store.read() as conn:
        assert conn.execute(restriction.select()).first() is None


def test_the_page_stands_alone_in_two_languages_with_numbers_masked(told):
    _, text = told
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert "script" not in page.tags
    assert page.references
    assert {name[1:] for name in page.references} <= set(page.ids)  # nothing but places of the page itself
    assert "url(" not in text
    body = text.partition("<body>")[2]
    assert body.count('lang="zh"') == body.count('lang="en"') > 100
    assert "svg" in page.tags
    assert re.findall(r"\+86\d{11}", text) == []


def test_asking_about_the_same_day_again_finds_nothing_new(told, tmp_path, capsys):
    store, _ = told
    with store.read() as conn:
        before = {one.finding for one in lasting(conn, LAST)}
    home = store.engine.url.database.rpartition("/")[0]
    clearbell("discover", "run", "--home", home, "--lake", f"{home}/../lake", "--day", "2026-10-01")
    assert re.search(r"(: |新发现 )0( new|,)", capsys.readouterr().out)
    with store.read() as conn:
        assert {one.finding for one in lasting(conn, LAST)} == before


def test_critical_findings_open_a_case_for_each_campaign_and_holder_once(told):
    store, _ = told
    with store.read() as conn:
        cases = conn.execute(case_file.select()).all()
        critical = {
            one.unit
            for one in lasting(conn, LAST)
            if one.level is Level.CRITICAL and one.subject is Subject.HOLDER and one.last_day == LAST
        }
        evidence = conn.execute(case_evidence.select().with_only_columns(case_evidence.c.reference)).scalars().all()
    units = [(one.unit_kind, one.unit) for one in cases]
    assert len(units) == len(set(units))
    assert critical
    assert critical <= {name for kind, name in units if kind == "holder"}
    assert any(kind == "campaign" for kind, _ in units)
    assert {one.state for one in cases} == {"opened"}
    assert len(evidence) == len(set(evidence))
