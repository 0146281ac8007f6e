"""Open figures are there for anyone, as a page, a table and for machines, and the front page leads to them."""

import datetime
import re

import pytest
from litestar.testing import TestClient
from tests.web.world import ServedWorld

from clearbell.desk.figures.model import COLUMNS
from clearbell.desk.figures.tables import figure
from clearbell.records.outcomes.tables import day_outcome
from clearbell.testing import MovableClock, fresh_store
from clearbell.web.app import create_app
from clearbell.web.figure_texts import FIGURES
from clearbell.web.front_texts import FRONT

DAY = (datetime.date(2026, 10, 3) - datetime.date(1970, 1, 1)).days


@pytest.fixture
def store(tmp_path):
    clock = MovableClock()
    clock.move(int(datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC).timestamp()) * 1_000_000 - clock.now())
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def client(store, tmp_path):
    with TestClient(create_app(ServedWorld(store, tmp_path), token="secret")) as client:
        yield client


@pytest.fixture
def october(store):
    with store.act("test") as act:
        for action, calls in (("allow", 12_345), ("reject", 678)):
            act.conn.execute(day_outcome.insert().values(day=DAY, action=action, calls=calls))
        for what, count in (("reports", 90), ("cases", 3)):
            act.conn.execute(figure.insert().values(day=DAY, what=what, count=count))


def test_before_a_month_has_ended_the_page_says_so(client):
    page = client.get("/figures?lang=en")
    assert page.status_code == 200
    assert FIGURES["en"]["none"] in page.text
    assert client.get("/figures.json").json()["months"] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_month_is_told_in_words_as_a_table_and_for_machines(client, october, language):
    page = client.get(f"/figures?lang={language}").text
    for words in ("13,023", "12,345", "678", "2026-10", FIGURES[language]["small"].format(least=10)):
        assert words in page
    told = client.get("/figures.json").json()
    assert (told["least"], told["timezone"], told["since"]) == (10, "Asia/Shanghai", "2026-10-03")
    [month] = told["months"]
    assert (month["month"], month["figures"]["calls"], month["figures"]["cases"]) == ("2026-10", 13_023, None)
    sheet = client.get("/figures.csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    head, line = sheet.content.decode("utf-8-sig").splitlines()
    assert head.split(",") == ["month", *COLUMNS]
    assert line == "2026-10,13023,12345,0,0,678,90,,0,0,0"


def test_the_table_is_sorted_narrowed_and_taken_away_and_tells_nothing_of_what_is_too_small(client, october, store):
    with store.act("test") as act:
        for month, count in ((31, 5), (61, 2)):
            act.conn.execute(figure.insert().values(day=DAY - month, what="cases", count=count))
            act.conn.execute(figure.insert().values(day=DAY - month, what="reports", count=10 * month))

    def months(query):
        rows = client.get(f"/figures?lang=en&{query}").text.partition("<tbody>")[2]
        return re.findall(r"<tr><td[^>]*>(\d{4}-\d\d)", rows)

    assert months("") == ["2026-10", "2026-09", "2026-08"]
    assert months("sort=-month") == ["2026-08", "2026-09", "2026-10"]
    assert months("sort=reports") == ["2026-08", "2026-09", "2026-10"]
    # All of them are too few to be told: their order is that of the months.
    assert months("sort=cases") == ["2026-10", "2026-09", "2026-08"]
    assert months("year=2026") == months("")
    assert re.findall(r'<th [^>]*><a href="([^"]+)"', client.get("/figures?lang=en").text)[0].startswith(
        "/figures?lang=en"
    )
    assert len(client.get("/figures?lang=en&as=csv").text.splitlines()) == 4
    assert client.get("/figures?lang=en&sort=secret").status_code == 422


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_front_page_leads_there(client, language):
    page = client.get(f"/?lang={language}").text
    assert f'href="/figures?lang={language}"' in page
    assert FRONT[language]["figures"] in page
