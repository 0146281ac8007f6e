"""Who started the node makes its first account in the browser, with the word of the terminal, once."""

import re

import pytest
from litestar.testing import TestClient
from tests.web.world import ServedWorld

from clearbell.access.errors import NotFirstError
from clearbell.access.first_run import FirstRun, found_first
from clearbell.access.model import Role
from clearbell.access.queries import accounts
from clearbell.access.service import do_make_account
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import principal_of, sign_in
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.access import phone_code, quick_access_key
from clearbell.web.app import create_app
from clearbell.web.doors import COOKIE, Doors
from clearbell.web.officers.first_run_texts import FIRST_RUN

SETTINGS = AccessSettings()
PASSWORD = "nine bells at noon"


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path, MovableClock())
    yield store
    store.close()


@pytest.fixture
def doors(store):
    key = quick_access_key()
    return Doors(store, key, SETTINGS, secure=False, first_run=FirstRun(key))


@pytest.fixture
def client(store, doors, tmp_path):
    with TestClient(create_app(ServedWorld(store, tmp_path), doors=doors)) as client:
        client.headers["accept-language"] = "en"
        yield client


def secret_of(page):
    return re.search(r'name="secret" value="([A-Z2-7]{32})"', page)[1]


def send(client, store, word, with_secret, **changes):
    form = {
        "word": word,
        "secret": with_secret,
        "account": "wang",
        "full_name": "Wang Fang",
        "password": PASSWORD,
        "again": PASSWORD,
        "code": phone_code(with_secret, store.clock.now()),
    }
    return client.post("/first-run/found", data=form | changes)


def test_the_word_opens_the_page_and_the_form_makes_the_account(client, store, doors):
    word = doors.first_run.word
    page = client.get(f"/first-run?word={word}")
    assert page.url.path == f"/first-run/{word}"
    assert "<b>China</b>" in page.text
    assert "08:00-21:00" in page.text
    done = send(client, store, word, secret_of(page.text))
    assert FIRST_RUN["en"]["founded"] in done.text
    assert len(re.findall(r"<li><code>[a-z0-9]{5}-[a-z0-9]{5}</code></li>", done.text)) == 10
    who = principal_of(store, doors.key, SETTINGS, client.cookies[COOKIE])
    assert (who.name, who.role) == ("wang", Role.ADMINISTRATOR)
    assert client.get("/desk/accounts").status_code == 200
    assert sign_in(store, doors.key, SETTINGS, "wang", PASSWORD).half
    with store.read() as conn:
        [row] = accounts(conn)
    assert (row.name, row.state, bytes(row.invitation)) == ("Wang Fang", "active", b"")
    assert {entry.actor for entry in store.entries(0)} == {"web:first-run"}


def test_once_there_is_an_account_there_is_no_first_run(client, store, doors):
    word = doors.first_run.word
    secret = secret_of(client.get(f"/first-run/{word}").text)
    assert send(client, store, word, secret).status_code == 200
    assert [client.get(path).status_code for path in ("/first-run", f"/first-run/{word}")] == [404, 404]
    assert send(client, store, word, secret, account="li").status_code == 404
    with store.read() as conn:
        assert len(accounts(conn)) == 1


def test_of_two_at_the_same_moment_one_makes_it(store, doors):
    with store.act("cli:test") as act:
        do_make_account(act, doors.key, SETTINGS, "li", "Li", Role.ADMINISTRATOR)
    with pytest.raises(NotFirstError):
        found_first(store, doors.key, SETTINGS, "wang", "Wang", PASSWORD, "A" * 32, 1, [])


@pytest.mark.parametrize("path", ["/first-run?word=guessed", "/first-run/guessed"])
def test_another_word_opens_nothing(client, store, path):
    page = client.get(path)
    assert (page.status_code, FIRST_RUN["en"]["word_wrong"] in page.text) == (403, True)
    assert 'name="secret"' not in page.text
    secret = "A" * 32
    assert send(client, store, "guessed", secret).status_code == 403
    assert store.head() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"again": "another one"}, "passwords"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"code": "000000"}, "the code does not fit"),
        ({"secret": "guess"}, "the code does not fit"),
        ({"account": "Wang Fang"}, "lower-case letters"),
    ],
)
def test_what_is_not_right_is_said_and_the_phone_keeps_its_secret(client, store, doors, changes, said):
    word = doors.first_run.word
    secret = secret_of(client.get(f"/first-run/{word}").text)
    reply = send(client, store, word, secret, **changes)
    assert reply.status_code == 422
    assert said in reply.text
    assert PASSWORD not in reply.text
    if "secret" not in changes:
        assert secret_of(reply.text) == secret
    assert store.head() == 0


def test_each_start_has_a_word_of_its_own():
    key = quick_access_key()
    first, second = FirstRun(key), FirstRun(key)
    assert first.word != second.word
    assert not first.fits(second.word)
    assert not first.fits("")


def test_a_node_that_had_accounts_when_it_started_has_no_first_run(store, tmp_path):
    doors = Doors(store, quick_access_key(), SETTINGS, secure=False)
    with TestClient(create_app(ServedWorld(store, tmp_path), doors=doors)) as client:
        assert client.get("/first-run").status_code == 404
