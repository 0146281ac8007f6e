"""Every count of a SIP door has words in both languages."""

import re
from pathlib import Path

import clearbell.sip
from clearbell.calls import Answer
from clearbell.web.live_texts import COUNTS, count_words


def test_every_name_that_the_door_counts_by_has_words():
    source = (Path(clearbell.sip.__file__).parent / "redirect.py").read_text()
    names = {name for name in re.findall(r'_count\("([^"]+)"\)', source) if not re.search(r"\d", name)}
    names |= {f"answered {answer.value}" for answer in Answer}
    assert names == set(COUNTS)


def test_a_code_or_a_flaw_is_told_with_its_own_name():
    assert count_words("answered 481", "zh") == "应答:481"
    assert count_words("malformed: bad Via", "zh") == "格式错误(bad Via)"
    assert count_words("malformed: bad Via", "en") == "malformed: bad Via"
