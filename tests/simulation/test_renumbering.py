"""A city of nobody's numbers."""

import pytest

from clearbell.numbering import NumberClass, class_of
from clearbell.simulation import PRESETS, Attempt, City, Report
from clearbell.simulation.renumbering import events_of_nobody, founding_of_nobody, nobodys

NOBODYS = {NumberClass.UNALLOCATED, NumberClass.FOREIGN}


def city():
    return City(PRESETS["tiny"], 3)


def test_no_number_of_it_is_one_that_a_phone_can_have():
    told = list(events_of_nobody(city(), "x-"))
    numbers = {one.call.caller for one in told if isinstance(one, Attempt)}
    numbers |= {one.call.callee for one in told if isinstance(one, Attempt)}
    numbers |= {one.reporter for one in told if isinstance(one, Report)}
    founding = founding_of_nobody(city().founding, "DEMO")
    numbers |= {one.first for one in founding.numbers} | {one.callee for one in founding.consents}
    assert len(numbers) > 400
    wrong = {one for one in numbers if class_of(one) not in NOBODYS}
    assert not wrong
    # A foreign one has a country code that no country has.
    assert all(str(one).startswith(("86", "999")) for one in numbers)


def test_different_numbers_stay_different_and_the_story_is_the_same():
    before, after = list(city().events()), list(events_of_nobody(city(), "x-"))
    assert len(before) == len(after)
    callers = {one.call.caller for one in before if isinstance(one, Attempt)}
    callers |= {one.call.callee for one in before if isinstance(one, Attempt)}
    assert len({nobodys(one) for one in callers}) == len(callers)
    first = next(one for one in after if isinstance(one, Attempt))
    assert first.call.id.startswith("x-")


def test_the_names_in_the_registry_say_what_they_are():
    parties = founding_of_nobody(city().founding, "DEMO").parties
    assert parties
    assert all(one.name.startswith("DEMO ") for one in parties)


def test_a_number_of_another_kind_is_refused_and_not_let_through():
    with pytest.raises(ValueError, match="12345"):
        nobodys(12345)
