"""The bench counts a caller as found, or as harmed, only by what a finding really says."""

from bench.detection import Caller, Tally

from clearbell.discovery.detectors.model import Hit, Level, Looked, Subject

DAY = 20_724


def caller(name, kind, *, nuisance, numbers=(), holder="", trunk="local-1"):
    return Caller(name, kind, nuisance, DAY, DAY + 30, holder, trunk, set(numbers))


def hit(subject, unit, *, level=Level.CRITICAL, members=()):
    return Hit("d", Subject(subject), str(unit), level, 7, {}, {}, tuple(members))


def tally(*callers):
    return Tally(list(callers))


def day(counted, number, used, *hits):
    counted.day(DAY + number, used, {"d": Looked(tuple(hits), 0, 0)})


def test_a_warning_finds_nobody_and_harms_as_a_warning_only():
    pest = caller("p", "marketer", nuisance=True, numbers=[1])
    person = caller("q", "person", nuisance=False, numbers=[2])
    counted = tally(pest, person)
    day(counted, 0, [1, 2], hit("caller", 1, level=Level.WARNING), hit("caller", 2, level=Level.WARNING))
    assert not pest.found
    assert counted.harmed_callers == {"warning": {"q"}, "critical": set()}


def test_half_of_the_numbers_used_so_far_must_be_found():
    pest = caller("p", "rotator", nuisance=True, numbers=[1, 2, 3, 4])
    counted = tally(pest)
    day(counted, 0, [1, 2, 3], hit("caller", 1))
    assert not pest.found
    day(counted, 1, [4], hit("group", "local-1", members=[2]))
    assert pest.found == DAY + 1


def test_a_lawful_member_of_a_group_is_harmed_and_so_is_a_passer_by():
    pest = caller("p", "rotator", nuisance=True, numbers=[1])
    person = caller("q", "person", nuisance=False, numbers=[2])
    counted = tally(pest, person)
    day(counted, 0, [1, 2], hit("group", "local-1", members=[1, 2, 99]))
    assert counted.harmed_callers["critical"] == {"q", "99"}


def test_a_trunk_finds_forgers_alone():
    forger = caller("f", "spoofer-neighbour", nuisance=True, trunk="transit-1")
    pest = caller("p", "marketer", nuisance=True, numbers=[1], trunk="transit-1")
    counted = tally(forger, pest)
    day(counted, 2, [1], hit("trunk", "transit-1"))
    assert forger.found == DAY + 2
    assert not pest.found
    assert not counted.harmed_callers["critical"]


def test_a_holder_is_found_as_a_holder():
    pest = caller("p", "rotator", nuisance=True, numbers=[1], holder="h")
    lawful = caller("q", "bank", nuisance=False, numbers=[2], holder="b")
    counted = tally(pest, lawful)
    day(counted, 0, [1, 2], hit("holder", "h"), hit("holder", "b"))
    assert pest.as_holder
    assert counted.harmed_callers["critical"] == {"q"}
