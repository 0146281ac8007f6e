"""The page about deadlines shows those of the pack."""

import re
from pathlib import Path

from clearbell.desk.deadlines.wording import NATURES, STATUSES, table
from clearbell.policy.deadlines import Nature
from clearbell.policy.model import Status
from clearbell.policy.pack import builtin_pack

PAGE = Path(__file__).resolve().parents[3] / "docs" / "deadlines.md"


def test_the_table_is_that_of_the_pack(request):
    drawn = f"<!-- table -->\n{table(builtin_pack('cn'), 'en')}<!-- end -->"
    text = PAGE.read_text(encoding="utf-8")
    if request.config.getoption("--write-golden"):
        PAGE.write_text(
            re.sub(r"<!-- table -->.*<!-- end -->", lambda _: drawn, text, flags=re.DOTALL), encoding="utf-8"
        )
    assert drawn in PAGE.read_text(encoding="utf-8")


def test_every_kind_and_status_has_words():
    assert set(NATURES) == set(Nature)
    assert set(STATUSES) == set(Status)
