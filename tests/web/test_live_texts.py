"""Every count of a SIP door has words in both languages."""

import re
from pathlib import Path

import clearbell.sip
from clearbell.calls import Answer
from clearbell.policy.explanation import symbol_words
from clearbell.policy.pack import builtin_pack
from clearbell.web.live_texts import COUNTS, DECIDED, count_words


def test_every_name_that_the_door_counts_by_has_words():
    source = (Path(clearbell.sip.__file__).parent / "redirect.py").read_text()
    names = {name for name in re.findall(r'_count\("([^"]+)"\)', source) if not re.search(r"\d", name)}
    # What is counted for every message, and named only when asked for.
    names |= set(re.findall(r'\("([a-z ]+)", self\._\w+\)', source))
    names |= {f"answered {answer.value}" for answer in Answer}
    assert names == set(COUNTS)


def test_a_code_or_a_flaw_is_told_with_its_own_name():
    assert count_words("answered 481", "zh") == "应答:481"
    assert count_words("malformed: bad Via", "zh") == "格式错误(bad Via)"
    assert count_words("malformed: bad Via", "en") == "malformed: bad Via"


def test_what_decided_is_told_in_words_and_not_by_its_code():
    pack = builtin_pack("cn")
    for language in ("zh", "en"):
        told = [symbol_words(pack, symbol, language) for symbol in pack.prices]
        assert not any(words in pack.prices or "{" in words for words in told)
    assert symbol_words(pack, "NO_CONSENT", "en").startswith("a commercial call without the subscriber's consent (…")
    # One that the pack in force does not know any more keeps its name.
    assert symbol_words(pack, "GONE", "en") == "GONE"
    assert {"total", "fail-open"} == set(DECIDED)
