"""A served node from outside: what is queued reaches a phone, and what a phone sends comes in."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from clearbell.calls import HOUR
from clearbell.ledger import SystemClock
from clearbell.ledger.verify import verify
from clearbell.notices.codes import Proven, do_check_code, do_send_code, verified_until
from clearbell.notices.errors import ChannelOffError
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import FACTS, Channel
from clearbell.notices.queries import notice_of, receipts_of
from clearbell.notices.service import Notice, do_queue_notice
from clearbell.policy.pack import builtin_pack
from clearbell.serving.config import ConfigError, read_config
from clearbell.serving.node import Node
from clearbell.serving.notifying import Notifying, open_outbox
from clearbell.testing import fresh_store
from clearbell.testing.smsc_process import running_smsc
from clearbell.vault import load_secret

NUMBER = 8613900000002


class Served:
    """``clearbell serve`` in a folder, and the store it works on."""

    def __init__(self, home, notices):
        self.home = home
        (home / "clearbell.toml").write_text(f'[sip]\nlisten = []\n[http]\nlisten = ""\n{notices}')
        self.store = fresh_store(home, SystemClock())
        self.outbox = open_outbox(
            read_config(home / "clearbell.toml").notices,
            NoticeKey(load_secret(home / "notice-key", os.urandom), os.urandom),
        )
        self.log = (home / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", str(home)],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "CLEARBELL_LANG": "en"},
        )

    def clearbell(self, *words, code=0, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *map(str, words), "--home", str(self.home)],
            capture_output=True, text=True, timeout=180, check=False,
            env={**os.environ, "CLEARBELL_LANG": lang, "COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def until(self, wanted, seconds=120):
        """What is wanted, once it is there. A node takes many seconds to start where other tests run beside this one."""
        end = time.monotonic() + seconds
        while not (found := wanted()):
            assert self.process.poll() is None, (self.home / "log").read_text()
            assert time.monotonic() < end, (self.home / "log").read_text()
            time.sleep(0.05)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Of a test that failed, too: a node left behind would slow down those that follow.
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.store.close()

    def state(self, notice):
        with self.store.read() as conn:
            return notice_of(conn, notice).state

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


def queue(served, key, channel=Channel.SMS, recipient=NUMBER, answer="已核实"):
    with served.store.act("test") as act:
        return do_queue_notice(
            act,
            served.outbox,
            Notice(key, channel, recipient, "report-answered", {"report": "R1", "answer": answer}, "zh", "report", act.at + HOUR),
        )  # fmt: skip


@pytest.mark.process
def test_a_number_is_proven_by_the_code_on_its_phone_and_the_proof_of_delivery_is_kept(tmp_path):
    with running_smsc("--password", "secret") as smsc:
        (tmp_path / "password").write_text("secret\n")
        sms = (
            f'[notices.sms]\naddress = "127.0.0.1:{smsc.port}"\nsystem_id = "bell"\n'
            f'password_file = "{tmp_path / "password"}"\nsource = "10690001"\nsignature = "清铃"\n'
        )
        with Served(tmp_path, sms) as served:
            rules = builtin_pack("cn").codes
            with served.store.act("web:form") as act:
                sent = do_send_code(act, served.outbox, rules, NUMBER, "report")
            text = smsc.text_to(NUMBER, 120)
            assert text.startswith("【清铃】验证码 ")
            with served.store.act("web:form") as act:
                proof = do_check_code(act, served.outbox.key, rules, NUMBER, "report", re.search(r"\d{6}", text)[0])
            assert isinstance(proof, Proven)
            assert verified_until(served.outbox.key, NUMBER, "report", proof.token, served.store.clock.now())
            served.until(lambda: served.state(sent.notice) == "delivered")
            with served.store.read() as conn:
                [receipt] = receipts_of(conn, sent.notice)
            assert receipt.state == "delivered"

            smsc.tell("send", to="10690001", text="退订", **{"from": str(NUMBER)})
            served.until(lambda: served.store.entries(0, ["notices.received"]))
            [entry] = served.store.entries(0, ["notices.received"])
            [message] = entry.decode(FACTS)
            assert (message.sender, message.to, message.text) == (NUMBER, "10690001", "退订")

            # Who opted out is told so; were that still to be sent, it would be what the centre refuses.
            served.until(lambda: len(smsc.texts(NUMBER)) == 2)
            smsc.tell("refuse", status=0x0B, count=1)
            failed = queue(served, "k1", recipient=NUMBER + 1)
            served.until(lambda: served.state(failed) == "failed")
            listed = served.clearbell("notices", "list")
            assert "SMPP status 0x0000000B" in listed
            assert "+86139****0003" in listed
            assert str(NUMBER) not in listed
            assert failed in served.clearbell("notices", "list", "--state", "failed")
            assert failed not in served.clearbell("notices", "list", "--to", "13900000002")
            assert "queued again" in served.clearbell("notices", "retry", failed)
            served.until(lambda: served.state(failed) == "delivered")
            shown = served.clearbell("notices", "show", failed)
            assert re.search(r"1/1 +│ 0000000\d +│", shown)
            assert "delivered" in shown
            assert "已送达" in served.clearbell("notices", "show", failed, lang="zh")
            assert "is not possible while it is `delivered`" in served.clearbell("notices", "retry", failed, code=1)
            assert "there is no notice 0" in served.clearbell("notices", "show", "0", code=1)
            assert "there is no notice 0" in served.clearbell("notices", "retry", "0", code=1)
            assert "rows of present state" in served.clearbell("erase", "13900000002")
            assert verify(served.store).fault is None
            log = (tmp_path / "log").read_bytes()
            assert b"sms-centre-bound" in log
            assert str(NUMBER).encode() not in log
            served.stop()
            smsc.wait_for(lambda line: line["event"] == "closed")


@pytest.mark.process
def test_with_the_folder_a_code_is_a_file_and_no_sms_centre_is_needed(tmp_path):
    with Served(tmp_path, '[notices]\noutbox = "folder"\n') as served:
        with served.store.act("web:form") as act:
            sent = do_send_code(act, served.outbox, builtin_pack("cn").codes, NUMBER, "report", language="en")
        file = tmp_path / "outbox" / f"{sent.notice}.json"
        served.until(file.exists)
        shown = json.loads(file.read_text())
        assert shown["recipient"] == str(NUMBER)
        assert re.fullmatch(r"Your code is \d{6}\. It is valid for 5 minutes\..*", shown["text"])
        served.until(lambda: served.state(sent.notice) == "sent")
        assert b"notices-to-folder" in (tmp_path / "log").read_bytes()
        served.stop()


@pytest.mark.process
def test_what_was_queued_while_the_node_was_down_is_sent_when_it_is_up(tmp_path):
    folder = '[notices]\noutbox = "folder"\n'
    with Served(tmp_path, folder) as served:
        served.until((tmp_path / "log").read_bytes)
        served.process.kill()
        served.process.wait()
        made = queue(served, "k1", Channel.MAIL, "li@example.net")
    with Served(tmp_path, folder) as again:
        again.until(lambda: again.state(made) == "sent")
        again.stop()


@pytest.fixture
def node(tmp_path):
    store = fresh_store(tmp_path)
    made = Node(store, builtin_pack("cn"), tmp_path, randomness=os.urandom)
    yield made
    made._journal.close()
    store.close()


def settings(tmp_path, text):
    (tmp_path / "clearbell.toml").write_text(text)
    return read_config(tmp_path / "clearbell.toml").notices


def test_a_node_that_is_told_nothing_refuses_to_queue(tmp_path, node):
    notifying = Notifying(node, settings(tmp_path, ""))
    with node.store.act("test") as act, pytest.raises(ChannelOffError):
        do_send_code(act, notifying.outbox, node.pack.codes, NUMBER, "report")
    assert node.store.head() == 0


def refused(tmp_path, node, text):
    with pytest.raises(ConfigError) as error:
        Notifying(node, settings(tmp_path, text))
    assert error.value.zh != error.value.en
    return error.value.en


def test_what_the_configuration_names_must_be_there_and_good(tmp_path, node):
    sms = '[notices.sms]\naddress = "127.0.0.1:1"\nsystem_id = "bell"\nsource = "1"\npassword_file = "{}"\n'
    assert "notices.sms.address: `nowhere` should be HOST:PORT" in refused(
        tmp_path, node, '[notices.sms]\naddress = "nowhere"\nsystem_id = "bell"\nsource = "1"\n'
    )
    assert "notices.sms.password_file: cannot be read" in refused(tmp_path, node, sms.format(tmp_path / "none"))
    (tmp_path / "long").write_text("ninechars")
    assert "at most 8 characters" in refused(tmp_path, node, sms.format(tmp_path / "long"))
    (tmp_path / "empty").write_text("\n")
    assert "notices.webhook.secret_file: the file is empty" in refused(
        tmp_path, node, f'[notices.webhook]\nsecret_file = "{tmp_path / "empty"}"\n'
    )
    (tmp_path / "own.toml").write_text('[hello]\narguments = []\nzh.text = "您好 {name}"\nen.text = "hello"\n')
    assert "own.toml:3: hello.zh.text: it has no argument `name`" in refused(
        tmp_path, node, f'[notices]\ntemplates = "{tmp_path / "own.toml"}"\n'
    )
    assert "notices.templates: cannot be read" in refused(tmp_path, node, '[notices]\ntemplates = "/nowhere.toml"\n')


def test_own_templates_are_used(tmp_path, node):
    (tmp_path / "own.toml").write_text(
        '[code]\narguments = ["code", "minutes"]\nsecret = ["code"]\n'
        'zh.text = "您的动态码是 {code}({minutes} 分钟)"\nen.text = "{code} {minutes}"\n'
    )
    notifying = Notifying(node, settings(tmp_path, f'[notices]\ntemplates = "{tmp_path / "own.toml"}"\n'))
    templates = notifying.outbox.templates
    assert templates.render("code", "zh", {"code": "1", "minutes": "5"}).text == "您的动态码是 1(5 分钟)"
    assert "restricted" in templates.names()
