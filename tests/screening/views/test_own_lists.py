"""Packed lists, refusals of numbers and wishes say the same as dictionaries, folded and saved or not."""

from hypothesis import given
from hypothesis import strategies as st

from clearbell.consent.hours import read_hours
from clearbell.consent.model import Listed, ListVerdict, RefusalEnded, Refused, Wished
from clearbell.screening.views.own_lists import ALLOW, BLOCK
from clearbell.screening.views.wills import Wills

TOP = 999_999_999_999_999_999
OWNERS = st.sampled_from([1, 2, 8613900000002, TOP])
NUMBERS = st.integers(5, 12) | st.sampled_from([TOP - 1, TOP])
SPANS = st.tuples(NUMBERS, NUMBERS).map(lambda pair: (min(pair), max(pair))) | NUMBERS.map(lambda one: (one, one))
STEPS = st.lists(
    st.builds(lambda owner, span, verdict: Listed(owner, *span, verdict), OWNERS, SPANS, st.sampled_from(ListVerdict))
    | st.builds(lambda owner, number: Refused(owner, caller=number), OWNERS, NUMBERS)
    | st.builds(lambda owner, number: RefusalEnded(owner, caller=number), OWNERS, NUMBERS)
    | st.builds(Wished, OWNERS, st.sampled_from([(), ("loans",), ("loans", "retail")]), st.booleans())
    | st.sampled_from(["fold", "save"]),
    max_size=50,
)
ASKED = [*range(4, 14), TOP - 2, TOP - 1, TOP]


def again(wills):
    wills.fold()
    rest, columns = wills.saved()
    return Wills.restored(rest, {name: memoryview(b"".join(column)) for name, column in columns.items()})


def expected(lines, caller):
    found = {verdict for (first, last), verdict in lines.items() if first <= caller <= last}
    return next((one for one in (ListVerdict.ALLOW, ListVerdict.BLOCK) if one in found), ListVerdict.NONE)


@given(STEPS)
def test_whatever_subscribers_say_the_packed_form_answers_as_a_plain_one(steps):
    wills, lists, refused, wishes = Wills(), {}, {}, {}
    for at, step in enumerate(steps, 1):
        if step == "fold":
            wills.fold()
            assert wills.changes == 0
            continue
        if step == "save":
            wills = again(wills)
            continue
        wills.apply([step], at)
        if isinstance(step, Listed):
            lines = lists.setdefault(step.owner, {})
            lines[step.first, step.last] = step.verdict
            if step.verdict is ListVerdict.NONE:
                del lines[step.first, step.last]
            if not lines:
                del lists[step.owner]
        elif isinstance(step, Refused):
            refused[step.caller, step.callee] = at
        elif isinstance(step, RefusalEnded):
            refused.pop((step.caller, step.callee), None)
        else:
            wishes[step.owner] = step
    assert len(wills.lists) == len(lists)
    assert len(wills.wishes) == len(wishes)
    for owner in (1, 2, 3, 8613900000002, TOP):
        own, wish = wills.lists.get(owner), wills.wishes.get(owner)
        assert (own is not None) == (owner in lists)
        if own is not None:
            assert own.lines == lists[owner]
            for caller in ASKED:
                assert own.verdict(caller) is expected(lists[owner], caller)
                code = {ListVerdict.ALLOW: ALLOW, ListVerdict.BLOCK: BLOCK, ListVerdict.NONE: 0}[own.verdict(caller)]
                assert wills.lists.verdict(owner, caller) == code
        else:
            assert wills.lists.verdict(owner, 5) == -1
        assert (wish and (wish.refuse, wish.refuse_withheld)) == (
            (wishes[owner].refuse, wishes[owner].refuse_withheld) if owner in wishes else None
        )
        for caller in ASKED:
            assert wills.refused_numbers.get((caller, owner), 0) == refused.get((caller, owner), 0)
    assert again(wills).state() == wills.state()


def test_hours_and_their_zone_come_back_as_they_were_said():
    wills = Wills()
    hours = read_hours("loans 22:00-07:00 fri,sat")
    wills.apply([Wished(7, hours=hours, zone="Asia/Urumqi")], 1)
    wish = again(wills).wishes.get(7)
    assert (wish.hours, wish.zone) == (hours, "Asia/Urumqi")
    assert again(wills).wishes.zones == {"Asia/Urumqi"}
