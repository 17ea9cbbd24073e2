import pytest

from inbox.rules.autosend.tripwire import TRIPS, Signs, trip_reason

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("signs", "code"),
    [
        (Signs(), ""),
        (Signs(sends=100, opt_outs=5, complaints=2, unknown=2, failures_in_a_row=4), ""),
        (Signs(complaints=3), "complaints"),
        (Signs(sends=19, opt_outs=19), ""),
        (Signs(sends=20, opt_outs=1), ""),
        (Signs(sends=20, opt_outs=2), "opt_outs"),
        (Signs(unknown=3), "unknown_deliveries"),
        (Signs(broken=1, complaints=9), "invariant_sent"),
        (Signs(failures_in_a_row=5), "evaluator_failing"),
    ],
)
def test_the_first_sign_that_is_too_strong_is_named(signs, code):
    assert trip_reason(signs) == code


def test_every_trip_has_its_words():
    codes = {"invariant_sent", "complaints", "opt_outs", "unknown_deliveries", "evaluator_failing"}

    assert set(TRIPS) == codes
