"""What the callers of this story say, spoken by a synthesiser, and what a node heard of such calls before.

``python -m tests.endtoend.voices`` writes ``heard.jsonl`` anew: each call spoken, put through a telephone line, and written
down by the transcriber that the story uses. The two calls of the story are not among them: their sentences are, in other
calls and by other voices.
"""

from __future__ import annotations

import io
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from clearbell.verification import sound

HEARD = Path(__file__).with_name("heard.jsonl")
VOICES = (("en-us+m3", 120), ("en-us+m1", 115), ("en-gb", 120), ("en-us+f2", 115))
PITCH_VOICE, CLINIC_VOICE = ("en-us+m4", 120), ("en-us", 120)
SCRIPTS = {
    "loans": (
        ("hello this is the loan office", "you can borrow fifty thousand dollars today", "our loan officer is waiting for your call"),
        ("this is about your credit card", "we pay off your old credit cards with one new loan", "this credit offer ends today"),
        ("the interest rate is very low this month", "no security is needed to borrow this money", "the money is in your account tomorrow"),
        ("you have been chosen for a cheap loan", "the bank gives you credit without any question", "press one to borrow the money now"),
    ),
    "property": (
        ("hello this is the house agent", "a new flat near the station is for sale", "come and see the show room this weekend"),
        ("the owner wants to sell the house quickly", "the price of the flat goes up next month", "you can buy the flat with a small down payment"),
        ("do you want to sell your apartment", "we have many buyers for houses in your street", "our agent will visit your house for free"),
        ("a garden house with three bedrooms is for rent", "the apartment has a balcony and a kitchen", "call the agent to visit the apartment"),
    ),
    "lawful": (
        ("good morning this is the community clinic", "your appointment with the doctor is tomorrow morning", "please bring your health card"),
        ("your test results are ready at the hospital", "the doctor will see you on monday", "please do not eat before the blood test"),
        ("the nurse asks you to come for your vaccination", "if you cannot come please call the clinic", "thank you and goodbye"),
        ("your parcel is waiting at the post office", "please bring your passport to collect the parcel", "the post office closes at six"),
    ),
}  # fmt: skip
"""Kinds of calls, and scripts that have no sentence in common."""
PITCH = (
    "hello this is the loan office",
    "you have been chosen for a cheap loan",
    "you can borrow fifty thousand dollars today",
    "the interest rate is very low this month",
    "press one to borrow the money now",
)
APPOINTMENT = (
    "good morning this is the community clinic",
    "your appointment with the doctor is tomorrow morning",
    "please do not eat before the blood test",
    "if you cannot come please call the clinic",
    "thank you and goodbye",
)


def spoken(lines: tuple[str, ...], voice: str, speed: int) -> sound.Samples:
    """Samples of the lines, said one after another."""
    done = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "-g", "3", "--stdout", ". ".join(lines) + "."],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return sound.read_wav(done.stdout, lines[0])


def over_the_line(samples: sound.Samples) -> sound.Samples:
    """Through G.711 (A-law) and back."""
    a = 87.6
    size = np.abs(samples)
    small = size < 1 / a
    pressed = np.where(small, a * size, 1 + np.log(np.maximum(a * size, 1.0))) / (1 + np.log(a))
    pressed = np.round(pressed * 127) / 127
    wide = pressed * (1 + np.log(a))
    back = np.where(wide < 1, wide / a, np.exp(wide - 1) / a)
    return (np.sign(samples) * back).astype(np.float32)


def write_language_model(path: Path) -> None:
    """The words of these calls, and which follow which, as an ARPA file."""
    from pocketsphinx.lm import ArpaBoLM

    text = "\n".join(line for scripts in SCRIPTS.values() for script in scripts for line in script)
    model = ArpaBoLM(text=text, add_start=True)
    model.compute()
    model.write_file(str(path))


def hear() -> None:
    """Speak every script in every voice, and keep what was heard."""
    from clearbell.verification.transcribing import open_transcriber

    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "calls.arpa"
        write_language_model(words)
        transcribe = open_transcriber(f"pocketsphinx:{words}")
        assert transcribe is not None
        for kind, scripts in SCRIPTS.items():
            for place, script in enumerate(scripts):
                for voice, speed in VOICES:
                    heard = Path(folder) / "call.wav"
                    heard.write_bytes(sound.write_wav(over_the_line(spoken(script, voice, speed))))
                    text = transcribe(heard).text
                    row = {"id": f"{kind}-{place}-{voice}", "caller": [text], "kind": kind}
                    out.write(json.dumps(row) + "\n")
    HEARD.write_text(out.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    hear()
