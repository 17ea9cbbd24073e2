"""What drafting is told to include at a stage, on one channel (09 §2.20). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from booking.enums import InstructionOrder, LinkType
from booking.rules.stages import Stage
from booking.rules.texts import write_text
from leads.enums import Channel
from zrg.lib.hashing import sha

SMS_QUESTIONS = 2

LINK, TIMES, QUESTIONS = "link", "times", "questions"
ORDERS: dict[str, tuple[str, ...]] = {
    InstructionOrder.QUESTIONS_FIRST: (QUESTIONS, TIMES, LINK),
    InstructionOrder.TIMES_FIRST: (TIMES, QUESTIONS, LINK),
    InstructionOrder.LINK_FIRST: (LINK, QUESTIONS, TIMES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A qualification question of the workspace."""

    id: str
    question: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What there is for one lead: the link leads get, the labels chosen for it, the workspace's questions.

    `seed` ("lead id:campaign id") decides which two of several required questions a text message asks.
    """

    booking_link: str | None = None
    labels: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """The text for drafting, and the questions it asks. `text` is None when the stage has nothing to say here."""

    text: str | None = None
    question_ids: tuple[str, ...] = ()


def stage_instructions(stage: Stage, number: int, channel: Channel, material: Material) -> Instructions:
    """What the answer of this stage includes on this channel."""
    if channel not in stage.channels:
        return Instructions()
    asked = choose_questions(stage, channel, material)
    written = {
        LINK: _link(stage, channel, material.booking_link),
        TIMES: _times(stage, material.labels),
        QUESTIONS: _questions(stage, channel, asked),
    }
    parts = [part for name in order_of(stage) for part in written[name]]
    own = stage.instruction_templates
    if stage.include_timezone_ask:
        parts.append(write_text("timezoneAskTemplate", own))
    if stage.include_suggested_times and material.labels and not (stage.include_booking_link and material.booking_link):
        parts.append(write_text("earlyAcceptanceHintTemplate", own))
    if not parts:
        return Instructions()
    bullets = _bullets(parts)
    text = write_text("stageBlockWrapperTemplate", own, stageNumber=number, bullets=bullets)
    return Instructions(text=text, question_ids=tuple(one.id for one in asked))


def order_of(stage: Stage) -> tuple[str, ...]:
    """The order a person chose, else times first where there are times."""
    usual = InstructionOrder.TIMES_FIRST if stage.include_suggested_times else InstructionOrder.QUESTIONS_FIRST
    return ORDERS[stage.instruction_order or usual]


def choose_questions(stage: Stage, channel: Channel, material: Material) -> tuple[Question, ...]:
    """All required ones by id, then those chosen for the stage. A text message asks at most two: of more than two
    required ones, two neighbours that stay the same for a lead in a campaign.
    """
    if not stage.include_qualifying_questions:
        return ()
    required = sorted((one for one in material.questions if one.required), key=lambda one: one.id)
    if channel == Channel.SMS and len(required) > SMS_QUESTIONS:
        first = int(sha(material.seed), 16) % len(required)
        return required[first], required[(first + 1) % len(required)]
    chosen = set(stage.qualification_question_ids)
    asked = [*required, *(one for one in material.questions if not one.required and one.id in chosen)]
    return tuple(asked[:SMS_QUESTIONS] if channel == Channel.SMS else asked)


def _link(stage: Stage, channel: Channel, booking_link: str | None) -> Iterable[str]:
    if not stage.include_booking_link:
        return
    own = stage.instruction_templates
    if booking_link is None:
        yield write_text("noBookingLinkTemplate", own)
        return
    linked = channel == Channel.EMAIL and stage.link_type == LinkType.HYPERLINKED_TEXT
    key = "bookingLinkHyperlinkTemplate" if linked else "bookingLinkPlainTemplate"
    yield write_text(key, own, bookingLink=booking_link)


def _times(stage: Stage, labels: Sequence[str]) -> Iterable[str]:
    if not stage.include_suggested_times:
        return
    own = stage.instruction_templates
    shown = labels[: stage.number_of_times_to_suggest]
    if not shown:
        yield write_text("suggestedTimesNoSlotsTemplate", own, numTimes=stage.number_of_times_to_suggest)
        return
    yield write_text("suggestedTimesWithSlotsTemplate", own, numTimes=len(shown), timesBullets=_bullets(shown))


def _questions(stage: Stage, channel: Channel, asked: Sequence[Question]) -> Iterable[str]:
    if not asked:
        return
    own = stage.instruction_templates
    if len(asked) == 1:
        yield write_text("qualifyingQuestionOneTemplate", own, question=asked[0].question)
    else:
        bullets = _bullets([one.question for one in asked])
        yield write_text("qualifyingQuestionManyTemplate", own, questionsBullets=bullets)
    if channel == Channel.SMS:
        yield write_text("smsParaphraseHintTemplate", own)


def _bullets(parts: Sequence[str]) -> str:
    return "\n".join("- " + part.replace("\n", "\n  ") for part in parts)
