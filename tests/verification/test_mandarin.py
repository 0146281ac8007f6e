"""Mandarin on a test call: written down by a model in a folder, told by its category, shown in the case.

The model is a small one that :mod:`tests.verification.mandarin.train` made; a published one is pointed to in the same way.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from tests.endtoend.conftest import pack_text
from tests.endtoend.network import Suspect
from tests.endtoend.voices import over_the_line
from tests.verification.mandarin import sentences
from tests.verification.mandarin.speaking import UNHEARD, spoken

from clearbell.testing.kamailio import end
from clearbell.verification import sound
from clearbell.verification.transcriber import TranscriberError
from clearbell.verification.transcribing import open_transcriber

MODELS = Path(__file__).with_name("mandarin")
PASSWORD = "correct horse battery staple"
NUMBER = 8613800000066
# Of one kind each; a second kind of lawful call, so that a clinic is no kind of its own.
KINDS = {"loans": "loans", "property": "property", "fraud": "fraud", "clinic": "lawful", "courier": "lawful"}

pytestmark = [
    pytest.mark.skipif(
        shutil.which("espeak-ng") is None, reason="espeak-ng is not installed: apt-get install espeak-ng"
    ),
    pytest.mark.skipif(
        importlib.util.find_spec("sherpa_onnx") is None, reason="sherpa-onnx is not installed: extra `sherpa`"
    ),
]


def error_rate(pairs):
    """Of (said, heard): characters to mend, of those said."""
    return sum(sentences.errors(said, heard) for said, heard in pairs) / sum(len(said) for said, _ in pairs)


@pytest.mark.parametrize("layout", ["zipformer", "sense-voice"])
def test_mandarin_is_written_down_in_characters(tmp_path, layout):
    # Sentences that the model did not learn, in a voice that it did not hear.
    transcribe = open_transcriber(f"sherpa-onnx:{MODELS / layout}")
    path, pairs = tmp_path / "call.wav", []
    for place, said in enumerate(sentences.UNSEEN):
        samples = spoken(said, UNHEARD[place % len(UNHEARD)], 210, 50)
        path.write_bytes(sound.write_wav(over_the_line(samples)))
        pairs.append((said, transcribe(path).text))
    print(f"{layout}: {error_rate(pairs):.1%} of the characters wrong")
    assert error_rate(pairs) < 0.25, pairs


def test_silence_has_no_words(tmp_path):
    path = tmp_path / "call.wav"
    path.write_bytes(sound.write_wav(sound.silence(3)))
    assert open_transcriber(f"sherpa-onnx:{MODELS / 'zipformer'}")(path).text == ""


def test_a_model_that_would_end_the_process_is_told_in_words(tmp_path):
    # sherpa-onnx calls exit() on these; who reads this is alive.
    shutil.copy(MODELS / "zipformer" / "model.onnx", tmp_path)
    (tmp_path / "tokens.txt").write_text("您 0\n好 1\n")
    with pytest.raises(
        TranscriberError, match=r"cannot use the model folder .*: We expect that tokens.txt contains"
    ) as no:
        open_transcriber(f"sherpa-onnx:{tmp_path}")
    assert f"无法使用模型目录 {tmp_path}" in no.value.zh


class Node:
    """A node that makes test calls on one line, and the telephone that it calls."""

    def __init__(self, folder, free_port, said, content_model):
        self.folder, self.home, self.port = folder, folder / "home", free_port()
        self.home.mkdir()
        self.suspect = Suspect(NUMBER, free_port, spoken("，".join(said), "+m2", 210, 45), "23000-23999")
        (self.home / "pack.toml").write_text(pack_text())
        (self.home / "clearbell.toml").write_text(
            f'pack = "{self.home / "pack.toml"}"\n[http]\nlisten = "127.0.0.1:{self.port}"\n'
            f'[verification]\ntranscriber = "sherpa-onnx:{MODELS / "zipformer"}"\ncontent_model = "{content_model}"\n'
            '[[verification.line]]\nname = "pool-1"\nnumber = "+8657187650001"\n'
            f'domain = "127.0.0.1:{self.suspect.port}"\nmedia_ports = "21000-21999"\n'
        )
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        with (folder / "node.log").open("w") as log:
            self.served = subprocess.Popen(
                [sys.executable, "-m", "clearbell", "serve", "--home", self.home], stdout=log, stderr=log
            )

    def clearbell(self, *words, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *words, "--home", str(self.home)], check=False,
            env={**os.environ, "CLEARBELL_LANG": lang, "COLUMNS": "400"}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}{self.log()}"
        return done.stdout

    def log(self):
        return (self.folder / "node.log").read_text()[-3000:]

    def wait(self, happens, seconds):
        until = time.monotonic() + seconds
        while not (found := happens()):
            assert self.served.poll() is None, self.log()
            assert time.monotonic() < until, f"not within {seconds} s: {self.log()}"
            time.sleep(0.5)
        return found

    def is_up(self):
        try:
            return self.web.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def sign_in(self):
        secret = re.search(
            r"/desk/join/wang/(\S+)", self.clearbell("accounts", "add", "wang", "Wang", "--role", "officer")
        )
        self.web.post("/desk/join", data={"name": "wang", "secret": secret[1], "password": PASSWORD, "again": PASSWORD})
        signed = self.web.post("/desk/sign-in/password", data={"name": "wang", "password": PASSWORD, "after": "/desk"})
        assert signed.status_code in (200, 303), signed.text[:1000]

    def stop(self):
        end(self.served)
        self.suspect.stop()
        self.web.close()


@pytest.fixture(scope="module")
def content_model(tmp_path_factory):
    """A model of categories, learned from calls of the same kinds as a node may have on file."""
    if importlib.util.find_spec("sklearn") is None:
        pytest.skip("scikit-learn is not installed: extra `learn`")
    folder, chance = tmp_path_factory.mktemp("content"), random.Random(6)
    calls = [
        {"id": f"{kind}-{n}", "caller": list(sentences.call_of(kind, chance, 5)), "kind": known}
        for kind, known in KINDS.items()
        for n in range(60)
    ]
    (folder / "calls.jsonl").write_text("".join(json.dumps(call, ensure_ascii=False) + "\n" for call in calls))
    done = subprocess.run(
        [sys.executable, "-m", "clearbell", "content", "train", "--calls", folder / "calls.jsonl", "--out",
         folder / "model.npz"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "model.npz"


@pytest.mark.process
@pytest.mark.skipif(shutil.which("baresip") is None, reason="baresip is not installed: apt-get install baresip-core")
@pytest.mark.parametrize(
    ("said", "category", "named"),
    [(sentences.PITCH, "loans and wealth management", "贷款理财"), (sentences.APPOINTMENT, "lawful call", "正常来电")],
    ids=["pitch", "clinic"],
)
def test_a_mandarin_call_is_heard_told_and_shown(tmp_path, free_port, content_model, said, category, named):
    node = Node(tmp_path, free_port, said, content_model)
    try:
        node.wait(node.is_up, 60)
        node.sign_in()
        node.clearbell("cases", "open", "--number", f"+{NUMBER}", "--reason", "it rings")
        case = re.search(r"/desk/cases/(\w+)", node.web.get("/desk/cases").text)[1]
        node.clearbell("cases", "verify", case)
        story = node.wait(lambda: (told := node.clearbell("cases", "story", case)).count("content:") and told, 150)
        # The line of the test call has the words, the line of the content their category with its confidence.
        heard = re.search(r"[\u4e00-\u9fff][\u4e00-\u9fff ，。]{20,}", story)[0].strip()
        share = error_rate([("".join(said), heard)])
        [(told, sure)] = re.findall(r"content: ([a-z ]+), ([0-9.]+)", story)
        print(f"heard: {heard}\n{share:.1%} of the characters wrong; {told}, {sure}")
        assert share < 0.25, heard
        assert told == category
        assert node.suspect.called_by
        page = node.web.get(f"/desk/cases/{case}", params={"lang": "zh"}).text
        assert heard in page
        assert re.search(named + r"\s*\d+%", page), page
    finally:
        node.stop()
