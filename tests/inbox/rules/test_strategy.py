"""The plan of an e-mail within its limits."""

import pytest

from inbox.rules.strategy import read_plan

pytestmark = pytest.mark.unit

LABELS = ["3:00 PM EST on Thu, Feb 12", "9:00 AM EST on Fri, Feb 13"]


def answer(**changes):
    return {
        "personalization_points": ["asked for seat pricing"],
        "intent_summary": "wants a price",
        "should_offer_times": True,
        "times_to_offer": None,
        "outline": ["answer price"],
        "must_avoid": [],
        "recommended_archetype_id": None,
    } | changes


def test_times_are_given_labels_byte_for_byte():
    given = [LABELS[1], "3:00 PM  EST on Thu, Feb 12", "3 PM Thursday", LABELS[0], LABELS[0]]

    assert read_plan(answer(times_to_offer=given), labels=LABELS).times == (LABELS[1], LABELS[0])
    assert read_plan(answer(times_to_offer=given, should_offer_times=False), labels=LABELS).times == ()
    assert read_plan(answer(times_to_offer=given), labels=[]).times == ()


@pytest.mark.parametrize(("given", "read"), [("A6_single_paragraph_dense", "A6_single_paragraph_dense"), ("A11", None)])
def test_unknown_shapes_are_none(given, read):
    assert read_plan(answer(recommended_archetype_id=given), labels=[]).archetype == read


def test_everything_is_cut_to_its_limit():
    plan = read_plan(
        answer(
            personalization_points=["p" * 200] * 9,
            intent_summary="s\n" * 300,
            outline=["o" * 200, " ", *["x"] * 9],
            must_avoid=["a" * 200] * 9,
        ),
        labels=[],
    )

    assert ([len(point) for point in plan.points], len(plan.summary)) == ([140] * 4, 400)
    assert (len(plan.outline), len(plan.outline[0])) == (5, 160)
    assert ([len(line) for line in plan.avoid], "Times" in plan.as_text()) == ([160] * 6, False)
