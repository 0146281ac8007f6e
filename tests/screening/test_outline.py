"""What the classes of the two numbers tell, however it is looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.numbering import NumberClass, class_of
from clearbell.screening import outline
from clearbell.screening.outline import LINES_OF_MANY, ORGANISATIONS, Traits

NUMBERS = st.one_of(
    st.integers(8613_0000_00000, 8619_9999_99999),
    st.integers(8613_0000_00000 - 2, 8613_0000_00000 + 2),
    st.integers(8619_9999_99999 - 2, 8619_9999_99999 + 2),
    st.sampled_from([0, 86110, 86120, 8695588, 8695012345678, 864001234567, 8612345, 14155550123, 8610086, 86112]),
    st.integers(0, 10**18 - 1),
)


@pytest.mark.parametrize("country", [86, 1, 44])
@given(number=NUMBERS)
def test_a_class_tells_the_same_of_every_number_of_it(country, number):
    traits = Traits(country)
    kind = class_of(number, country)
    caller, callee = traits.of_caller(number), traits.of_callee(number)
    assert bool(caller & outline.CALLER) == (kind is not NumberClass.NONE)
    assert bool(caller & outline.HOME_CLASS) == (kind not in (NumberClass.NONE, NumberClass.FOREIGN))
    assert bool(caller & outline.UNALLOCATED) == (kind is NumberClass.UNALLOCATED)
    assert bool(caller & outline.ORGANISATION) == (kind in ORGANISATIONS)
    assert bool(caller & outline.EMERGENCY) == (kind is NumberClass.EMERGENCY)
    assert bool(callee & outline.EMERGENCY) == (kind is NumberClass.EMERGENCY)
    assert bool(callee & outline.MANY_LINES) == (kind in LINES_OF_MANY)
    assert (traits.of_caller(number), traits.of_callee(number)) == (caller, callee)
