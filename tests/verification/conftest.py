"""Speech from a synthesiser, what a telephone line does to it, and a room to make test calls in."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess

import numpy as np
import pytest

from clearbell.calls import DAY, HOUR
from clearbell.cases.model import Opened, Source, Unit, UnitKind, Verdict
from clearbell.cases.service import do_close, do_open, do_verdict, do_verify
from clearbell.policy.pack import builtin_pack
from clearbell.testing import fresh_store
from clearbell.testing.clock import START, MovableClock
from clearbell.vault import Vault
from clearbell.verification import sound
from clearbell.verification.rules import call_rules
from clearbell.verification.service import Plan

NUMBER = 8613800000001
OWN = 8657187650001
RULES = call_rules(builtin_pack("cn"))
OFFER = "Hello, this is your bank. We have a special loan offer for you today with very low interest."
PRIZE = "Congratulations! You have been selected to receive a free holiday in the south. Press one now."


@pytest.fixture(scope="session")
def speech():
    """Samples of spoken words; skipped by name where the synthesiser is not installed."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed: apt-get install espeak-ng")

    def say(text, voice="en", *more):
        done = subprocess.run(
            ["espeak-ng", "-v", voice, *more, "--stdout", text], check=True, capture_output=True, timeout=60
        )
        return sound.read_wav(done.stdout, text)

    return say


def mu_law(samples):
    """Through G.711 and back."""
    mu = 255
    pressed = np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)
    steps = np.round((pressed + 1) / 2 * mu) / mu * 2 - 1
    return (np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(mu)) / mu).astype(np.float32)


class Room:
    """A store in working hours, and plans with ids that count."""

    def __init__(self, folder):
        self.clock = MovableClock(START + 2 * HOUR)
        self.store = fresh_store(folder, self.clock)
        self.vault = Vault(folder / "documents", bytes(32), random.Random(1).randbytes)
        self.ids = (f"c{count}" for count in itertools.count(1))

    def plan(self, number=NUMBER, own=OWN, pool="default", **more):
        return Plan(next(self.ids), number, "line", own, pool, **more)

    def open_case(self, case, number=NUMBER):
        reason = Opened(Source.OFFICER, Unit(UnitKind.NUMBER, str(number)), words="look into it")
        self.act(do_open, case, reason, RULES.cases, lambda at, _: at + DAY)
        return case

    def close_case(self, case):
        def due(at, _):
            return at + DAY

        self.act(do_verify, case, due)
        self.act(do_verdict, case, Verdict.CLEARED, "nothing in it", RULES.cases, due)
        self.act(do_close, case, "done", due)

    def act(self, do, *words, **more):
        with self.store.act("officer") as act:
            return do(act, *words, **more)


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.store.close()
