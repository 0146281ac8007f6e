"""The docs name every detector, and no other."""

import re
from pathlib import Path

from clearbell.discovery.detectors import DETECTORS

DOCS = Path(__file__).parents[3] / "docs" / "detectors.md"


def test_every_detector_is_in_the_docs_with_what_it_looks_at():
    rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    words = {"caller": "number", "callee": "called number"}
    assert dict(rows) == {one.name: words.get(one.subject.value, one.subject.value) for one in DETECTORS}
