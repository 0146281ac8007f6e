"""The development channel writes files and says so."""

from __future__ import annotations

import json

from clearbell.notices.transports.folder import FolderTransport
from clearbell.notices.transports.protocol import Accepted, Message, Refused


def message(notice="n1"):
    return Message(
        notice, "sms", "8613900000002", "", "验证码 123456", "zh", "report", "code", 2, 5, 9, 1
    )  # fmt: skip


def test_each_message_is_a_file_that_only_its_owner_reads(tmp_path):
    made = FolderTransport(tmp_path / "outbox")
    made.send(message())
    assert made.poll(0.1) == [Accepted("n1", 1, 1, "n1")]
    [file] = (tmp_path / "outbox").iterdir()
    assert file.name == "n1.json"
    assert file.stat().st_mode & 0o777 == 0o600
    shown = json.loads(file.read_text())
    assert (shown["recipient"], shown["text"]) == ("8613900000002", "验证码 123456")


def test_a_folder_that_cannot_be_written_is_for_now(tmp_path):
    (tmp_path / "outbox").write_text("a file")
    made = FolderTransport(tmp_path / "outbox")
    made.send(message())
    [refused] = made.poll(0.1)
    assert (type(refused), refused.for_good) == (Refused, False)
