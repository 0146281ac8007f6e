"""A served world with two officers and an auditor, for tests of mass notices over HTTP and on the desk."""

from __future__ import annotations

from tests.web.world import ServedWorld

from clearbell.access.model import Role
from clearbell.access.service import do_make_account, do_make_token
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import join, sign_in
from clearbell.testing import fresh_store
from clearbell.testing.access import quick_access_key
from clearbell.web.app import create_app
from clearbell.web.doors import COOKIE, Doors

PASSWORD = "nine bells at noon"
SETTINGS = AccessSettings(second_factor=())
PEOPLE = {"li": Role.OFFICER, "wang": Role.OFFICER, "auditor": Role.AUDITOR}


class Office:
    """The application, and what each person proves who they are with."""

    def __init__(self, folder):
        self.store = fresh_store(folder)
        self.key = quick_access_key()
        self.tokens, self.cookies, self.csrf = {}, {}, {}
        for name, role in PEOPLE.items():
            with self.store.act("t") as act:
                invited = do_make_account(act, self.key, SETTINGS, name, name, role)
            join(self.store, self.key, SETTINGS, name, invited.secret, PASSWORD)
            with self.store.act("t") as act:
                self.tokens[name] = do_make_token(act, self.key, name, "test", 30)
            self.cookies[name] = sign_in(self.store, self.key, SETTINGS, name, PASSWORD).secret
        doors = Doors(self.store, self.key, SETTINGS, secure=False)
        self.world = ServedWorld(self.store, folder)
        self.app = create_app(self.world, doors=doors)

    @property
    def now(self):
        return self.store.clock.now()


def bearer(office, name):
    return {"Authorization": f"Bearer {office.tokens[name]}"}


def signed_in(client, office, name):
    client.cookies.clear()
    client.cookies.set(COOKIE, office.cookies[name])
