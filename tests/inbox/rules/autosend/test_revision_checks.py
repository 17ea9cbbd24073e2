import pytest

from inbox.rules.autosend.revision_checks import Asked, asked_window, constraint_failures

pytestmark = pytest.mark.unit

THURSDAY = "3:00 PM EST on Thu, Feb 12"
FRIDAY = "10:30 AM EST on Fri, Feb 13"
LINK = "https://cal.example/priya/30"


def failures(revised: str, **changes):
    values = {
        "original": f"Does {THURSDAY} or {FRIDAY} work?",
        "codes": (),
        "labels": (THURSDAY, FRIDAY),
        "booking_link": LINK,
        "asked": Asked(),
        "sources": ("Could you send pricing?",),
        **changes,
    }
    return constraint_failures(revised=revised, **values)


def test_a_text_with_the_labels_word_for_word_passes():
    assert failures(f"Happy to show you. Does {THURSDAY} or {FRIDAY} work?") == []


def test_every_invariant_counts():
    assert failures("Hi [Name]", codes=["placeholder"]) == ["invariant"]


@pytest.mark.parametrize("text", ["Does 3 PM on Thursday work?", f"Does {THURSDAY} or 4:00 PM work?"])
def test_a_changed_label_fails(text):
    assert failures(text) == ["label_changed"]


def test_a_time_the_lead_wrote_is_no_changed_label():
    assert failures("You said 4 pm, that is noted.", sources=("How about 4 pm?",)) == []


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("Thursday afternoon works", Asked(days=frozenset({"thu"}), parts=frozenset({"afternoon"}))),
        ("Any time between 2 and 4 pm", Asked(minutes=(840, 960))),
        ("from 10 to 2pm please", Asked(minutes=(600, 840))),
        ("before 11am is best", Asked(minutes=(0, 660))),
        ("after 4:30 pm", Asked(minutes=(990, 1440))),
        ("Tell me about pricing", Asked()),
    ],
)
def test_what_a_reply_asks_for(reply, asked):
    assert asked_window(reply) == asked


def test_what_the_overseer_understood_counts_as_well():
    assert asked_window("Donnerstag?", day="thu") == Asked(days=frozenset({"thu"}))


def test_a_window_the_lead_named_is_met():
    asked = asked_window("Can you do Friday morning?")

    assert failures(f"Yes: {FRIDAY}.", asked=asked) == []
    assert failures(f"Does {THURSDAY} work?", asked=asked) == ["window_missed"]
    assert failures("Let me know what suits you.", asked=asked) == ["window_missed"]


def test_a_window_that_is_not_open_is_said_to_be():
    asked = asked_window("Can you do Monday?")

    assert failures(f"Monday is not open. Would {THURSDAY} work?", asked=asked) == []
    assert failures(f"Would {THURSDAY} work?", asked=asked) == ["window_missed"]
    assert failures("What else would suit you?", asked=asked) == []


def test_one_window_gets_one_time():
    thursday = asked_window("Thursday afternoon?")
    later = "4:00 PM EST on Thu, Feb 12"

    both = f"{THURSDAY} or {later}?"

    assert failures(both, labels=(THURSDAY, later), asked=thursday) == ["too_many_times"]
    assert failures(both, labels=(THURSDAY, later), asked=asked_window("Thursday or Friday?")) == []


@pytest.mark.parametrize("text", ["Here is everything.", f"Book {LINK} or {LINK}"])
def test_the_booking_link_stays_as_often_as_it_was(text):
    assert failures(text, original=f"Book a time: {LINK}") == ["link_count"]


def test_a_booking_link_is_not_added():
    assert failures(f"Book a time: {LINK}", original="Happy to help.") == ["link_count"]
    assert failures(f"A time that suits you: {LINK}?x=1", original=f"Book a time: {LINK}") == []
