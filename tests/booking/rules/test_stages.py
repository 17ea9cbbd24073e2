"""What a stage may hold, and what drafting is told by it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from booking.enums import InstructionOrder, LinkType
from booking.rules.built_in_processes import BUILT_IN
from booking.rules.instructions import Material, Question, choose_questions, stage_instructions
from booking.rules.stages import Stage, check_numbers, check_stages, sms_parts_needed, sms_url_too_long
from booking.rules.texts import TEXTS, check_texts, write_text
from leads.enums import Channel
from zrg.lib.errors import BadInput

pytestmark = pytest.mark.unit
LINK = "https://calendly.com/acme/intro"
LABELS = ("3:00 PM EST on Thu, Feb 12", "10:30 AM EST on Fri, Feb 13", "1:00 PM EST on Mon, Feb 16")
SIZE = Question(id="size", question="How many seats?", required=False)
BUDGET = Question(id="budget", question="What is the budget?", required=True)
ALL = Stage(
    include_booking_link=True,
    include_suggested_times=True,
    number_of_times_to_suggest=2,
    include_qualifying_questions=True,
    qualification_question_ids=("size",),
    include_timezone_ask=True,
)
MATERIAL = Material(booking_link=LINK, labels=LABELS, questions=(SIZE, BUDGET), seed="lead:campaign")


def told(stage: Stage, channel: Channel = Channel.EMAIL, material: Material = MATERIAL) -> str | None:
    return stage_instructions(stage, 1, channel, material).text


def required(count: int) -> tuple[Question, ...]:
    return tuple(Question(id=f"q{number}", question=f"Question {number}?", required=True) for number in range(count))


def test_everything_stands_in_the_usual_order() -> None:
    made = stage_instructions(ALL, 2, Channel.EMAIL, MATERIAL)

    assert made.text == (
        "Booking, stage 2. The answer includes, in this order:\n"
        "- Offer exactly these times (2), word for word:\n"
        "  - 3:00 PM EST on Thu, Feb 12\n"
        "  - 10:30 AM EST on Fri, Feb 13\n"
        "- Ask these questions:\n"
        "  - What is the budget?\n"
        "  - How many seats?\n"
        f"- Give this booking link once, as it stands: {LINK}\n"
        "- Ask in which time zone the lead is."
    )
    assert made.question_ids == ("budget", "size")


@pytest.mark.parametrize(
    ("order", "times", "expected"),
    [
        (None, True, ["times", "budget", "link"]),
        (None, False, ["budget", "link"]),
        (InstructionOrder.QUESTIONS_FIRST, True, ["budget", "times", "link"]),
        (InstructionOrder.TIMES_FIRST, True, ["times", "budget", "link"]),
        (InstructionOrder.LINK_FIRST, True, ["link", "budget", "times"]),
    ],
)
def test_order_is_the_chosen_one_or_follows_the_times(order: str | None, times: bool, expected: list[str]) -> None:
    text = told(replace(ALL, instruction_order=order, include_suggested_times=times))

    assert text is not None
    marks = {"times": "exactly these times", "budget": "the budget", "link": LINK}
    assert sorted((name for name in marks if marks[name] in text), key=lambda name: text.index(marks[name])) == expected


def test_stage_says_nothing_on_other_channels_and_nothing_without_content() -> None:
    assert told(replace(ALL, apply_to_sms=False), Channel.SMS) is None
    assert told(Stage()) is None
    assert told(Stage(include_qualifying_questions=True), material=Material()) is None


@pytest.mark.parametrize(
    ("channel", "link_type", "start"),
    [
        (Channel.EMAIL, LinkType.HYPERLINKED_TEXT, "Give the booking link once, as linked words"),
        (Channel.EMAIL, LinkType.PLAIN_URL, "Give this booking link once, as it stands"),
        (Channel.SMS, LinkType.HYPERLINKED_TEXT, "Give this booking link once, as it stands"),
        (Channel.LINKEDIN, LinkType.HYPERLINKED_TEXT, "Give this booking link once, as it stands"),
    ],
)
def test_linked_words_are_for_mails_alone(channel: Channel, link_type: str, start: str) -> None:
    text = told(Stage(include_booking_link=True, link_type=link_type), channel)

    assert text is not None
    assert start in text


def test_missing_link_is_told_and_no_placeholder_asked_for() -> None:
    text = told(Stage(include_booking_link=True), material=Material())

    assert text is not None
    assert TEXTS["noBookingLinkTemplate"].default in text


def test_times_alone_need_a_clear_yes_and_none_free_are_offered_later() -> None:
    times = Stage(include_suggested_times=True)
    hint = TEXTS["earlyAcceptanceHintTemplate"].default

    assert hint in str(told(times))
    assert hint not in str(told(replace(times, include_booking_link=True)))
    assert hint in str(told(replace(times, include_booking_link=True), material=replace(MATERIAL, booking_link=None)))
    assert "offer to send 3 of them" in str(told(times, material=Material(booking_link=LINK)))
    assert hint not in str(told(times, material=Material(booking_link=LINK)))


def test_text_message_asks_two_questions_at_most() -> None:
    asks = replace(ALL, include_booking_link=False)
    one = choose_questions(asks, Channel.SMS, replace(MATERIAL, questions=(SIZE, BUDGET)))
    full = choose_questions(asks, Channel.SMS, replace(MATERIAL, questions=(SIZE, *required(2))))

    assert [question.id for question in one] == ["budget", "size"]
    assert [question.id for question in full] == ["q0", "q1"]
    assert TEXTS["smsParaphraseHintTemplate"].default in str(told(asks, Channel.SMS))
    assert TEXTS["smsParaphraseHintTemplate"].default not in str(told(asks, Channel.EMAIL))


def test_of_many_required_questions_a_lead_always_gets_the_same_two_neighbours() -> None:
    questions = required(5)
    pairs = {
        seed: [
            question.id
            for question in choose_questions(
                ALL, Channel.SMS, Material(questions=questions, seed=f"lead{seed}:campaign")
            )
        ]
        for seed in range(40)
    }

    neighbours = [[f"q{first}", f"q{(first + 1) % 5}"] for first in range(5)]
    assert all(pair in neighbours for pair in pairs.values())
    assert {pair[0] for pair in pairs.values()} == {f"q{number}" for number in range(5)}
    assert len(choose_questions(ALL, Channel.EMAIL, Material(questions=questions))) == 5


def test_own_words_replace_the_products_and_values_are_not_read_again() -> None:
    own = {"qualifyingQuestionOneTemplate": "Please find out: {question}", "stageBlockWrapperTemplate": "{bullets}"}
    asks = Stage(include_qualifying_questions=True, instruction_templates=own)

    text = told(asks, material=Material(questions=(Question(id="a", question="Is {bullets} it?", required=True),)))

    assert text == "- Please find out: Is {bullets} it?"
    assert write_text("timezoneAskTemplate", {"timezoneAskTemplate": "  "}) == TEXTS["timezoneAskTemplate"].default


@pytest.mark.parametrize(
    ("own", "code", "said"),
    [
        ({"greeting": "Hi"}, "unknown_text", "unknown text"),
        (
            {"bookingLinkPlainTemplate": "Go to {link}"},
            "bad_text",
            "unknown placeholder {link}. It knows {bookingLink}.",
        ),
        ({"timezoneAskTemplate": "Zone of {bookingLink}?"}, "bad_text", "This text has none."),
        ({"timezoneAskTemplate": "Zone {?"}, "bad_text", "braces stand around placeholders only"),
        ({"timezoneAskTemplate": "x" * 1001}, "bad_text", "at most 1,000 characters"),
    ],
)
def test_unknown_key_or_placeholder_is_refused(own: Mapping[str, str], code: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_texts(own)

    assert (refused.value.code, refused.value.http_status) == (code, 400)
    assert said in str(refused.value)


def test_blank_and_unchanged_words_are_not_kept() -> None:
    default = TEXTS["timezoneAskTemplate"].default
    own = {
        "timezoneAskTemplate": default,
        "noBookingLinkTemplate": " \r\n ",
        "earlyAcceptanceHintTemplate": " Say yes. ",
    }

    assert check_texts(own) == {"earlyAcceptanceHintTemplate": "Say yes."}


def test_default_texts_know_their_placeholders() -> None:
    assert check_texts({key: f"{text.default} " for key, text in TEXTS.items()}) == {}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"apply_to_email": False, "apply_to_sms": False, "apply_to_linkedin": False}, "apply_to_email"),
        ({"number_of_times_to_suggest": 6}, "number_of_times_to_suggest"),
        ({"link_type": "BUTTON"}, "link_type"),
        ({"instruction_order": "RANDOM"}, "instruction_order"),
        ({"qualification_question_ids": ("gone",)}, "qualification_question_ids"),
        ({"instruction_templates": {"timezoneAskTemplate": "{x}"}}, "timezoneAskTemplate"),
    ],
)
def test_stage_that_cannot_be_is_named(changed: Mapping[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_stages([ALL, replace(ALL, **changed)], question_ids={"size"}, booking_link=LINK)

    assert refused.value.http_status == 400
    assert (refused.value.data["stage"], refused.value.data["field"]) == (2, field)


@pytest.mark.parametrize("stages", [[], [ALL] * 11])
def test_process_has_one_to_ten_stages(stages: list[Stage]) -> None:
    with pytest.raises(BadInput):
        check_stages(stages, question_ids={"size"}, booking_link=None)


@pytest.mark.parametrize("numbers", [[2], [1, 3], [1, 1], [0, 1]])
def test_numbers_have_no_gaps(numbers: list[int]) -> None:
    with pytest.raises(BadInput) as refused:
        check_numbers(numbers)

    assert refused.value.code == "stage_numbers"


def test_address_longer_than_a_text_message_is_refused_for_texts_only() -> None:
    longest = "https://a.example/" + "x" * 142
    linked = Stage(include_booking_link=True)

    assert len(longest) == 160
    assert check_stages([linked], question_ids=set(), booking_link=longest) == (linked,)
    assert sms_url_too_long(linked, longest + "x")
    assert not sms_url_too_long(replace(linked, apply_to_sms=False), longest + "x")
    with pytest.raises(BadInput, match="longer than one text"):
        check_stages([linked], question_ids=set(), booking_link=longest + "x")


@pytest.mark.parametrize(
    ("link", "times", "parts"),
    [(LINK, 3, 1), ("https://a.example/" + "x" * 100, 3, 2), (None, 3, 1), (None, 0, 0)],
)
def test_parts_of_a_text_message(link: str | None, times: int, parts: int) -> None:
    stage = Stage(
        include_booking_link=True, include_suggested_times=times > 0, number_of_times_to_suggest=max(times, 1)
    )

    assert sms_parts_needed(stage, link, LABELS) == parts
    assert sms_parts_needed(replace(stage, apply_to_sms=False), link, LABELS) == 0


def test_built_in_processes_are_the_ten_of_the_specification() -> None:
    assert [one.name for one in BUILT_IN] == [
        "Link + Qualification (No Times)",
        "Initial Email Times",
        "Lead Proposes Times",
        "Call Requested",
        "Lead Provided Calendar Link",
        "Direct Link First",
        "Times + Question First",
        "Relationship Builder",
        "Times Only",
        "Times Then Link",
    ]
    assert [len(one.stages) for one in BUILT_IN] == [1, 1, 1, 1, 1, 1, 2, 3, 2, 3]
    for one in BUILT_IN:
        assert check_stages(one.stages, question_ids=set(), booking_link=LINK) == one.stages
