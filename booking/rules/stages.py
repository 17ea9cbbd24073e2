"""Stages of a booking process: what one may hold, and whether its texts fit (09 §2.20). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace

from django.utils.translation import gettext

from booking.enums import InstructionOrder, LinkType
from booking.rules.texts import check_texts
from leads.enums import Channel
from zrg.lib.errors import BadInput

MAX_STAGES = 10
MAX_TIMES = 5
SMS_PART_CHARS = 160
SMS_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage as a person sets it; its place in the list is its number. `instruction_templates` holds only what
    differs from the product's texts.
    """

    include_booking_link: bool = False
    link_type: str = LinkType.PLAIN_URL.value
    include_suggested_times: bool = False
    number_of_times_to_suggest: int = 3
    include_qualifying_questions: bool = False
    qualification_question_ids: tuple[str, ...] = ()
    include_timezone_ask: bool = False
    instruction_order: str | None = None
    apply_to_email: bool = True
    apply_to_sms: bool = True
    apply_to_linkedin: bool = True
    instruction_templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels it speaks on."""
        asked = {
            Channel.EMAIL: self.apply_to_email,
            Channel.SMS: self.apply_to_sms,
            Channel.LINKEDIN: self.apply_to_linkedin,
        }
        return tuple(channel for channel, applies in asked.items() if applies)


STAGE_FIELDS = tuple(one.name for one in fields(Stage))


def check_stages(
    stages: Sequence[Stage], *, question_ids: AbstractSet[str], booking_link: str | None
) -> tuple[Stage, ...]:
    """The stages with cleaned texts; BadInput (400) with `stage` (from 1) and `field` for the first that cannot be.

    `question_ids`: the questions the workspace has. `booking_link`: what leads would get now.
    """
    if not stages:
        raise BadInput(gettext("A process needs at least one stage."), code="no_stage", http_status=400)
    if len(stages) > MAX_STAGES:
        raise BadInput(
            gettext("A process has at most {max_stages} stages.").format(max_stages=MAX_STAGES),
            code="too_many_stages",
            http_status=400,
        )
    return tuple(_checked(stage, number, question_ids, booking_link) for number, stage in enumerate(stages, start=1))


def check_numbers(numbers: Sequence[int]) -> None:
    """BadInput (400) unless these are 1 to n, each once."""
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        raise BadInput(gettext("Stages are numbered from 1 without gaps."), code="stage_numbers", http_status=400)


def sms_url_too_long(stage: Stage, booking_link: str | None) -> bool:
    """Whether the address alone does not fit one part of a text."""
    asks = stage.apply_to_sms and stage.include_booking_link
    return asks and booking_link is not None and len(booking_link) > SMS_PART_CHARS


def sms_parts_needed(stage: Stage, booking_link: str | None, labels: Sequence[str]) -> int:
    """How many parts link and times fill when nothing else is said and neither is broken; 0 without a text."""
    if not stage.apply_to_sms:
        return 0
    pieces = list(labels[: stage.number_of_times_to_suggest]) if stage.include_suggested_times else []
    if stage.include_booking_link and booking_link:
        pieces.append(booking_link)
    parts = room = 0
    for piece in pieces:
        needed = len(piece) + (1 if room else 0)
        if needed > room:
            parts, room, needed = parts + 1, SMS_PART_CHARS, len(piece)
        room = max(room - needed, 0)
    return parts


def _checked(stage: Stage, number: int, question_ids: AbstractSet[str], booking_link: str | None) -> Stage:
    for name, problem in _problems(stage, question_ids, booking_link):
        raise BadInput(
            gettext("Stage {number}: {problem}").format(number=number, problem=problem),
            code="bad_stage",
            http_status=400,
            stage=number,
            field=name,
        )
    try:
        texts = check_texts(stage.instruction_templates)
    except BadInput as refused:
        raise BadInput(
            gettext("Stage {number}: {refused}").format(number=number, refused=refused),
            code=refused.code,
            http_status=400,
            **{**refused.data, "stage": number},
        ) from refused
    return replace(stage, instruction_templates=texts)


def _problems(stage: Stage, question_ids: AbstractSet[str], booking_link: str | None) -> Iterator[tuple[str, str]]:
    if not stage.channels:
        yield "apply_to_email", "choose at least one channel."
    if not 1 <= stage.number_of_times_to_suggest <= MAX_TIMES:
        yield "number_of_times_to_suggest", f"1 to {MAX_TIMES} times."
    if stage.link_type not in LinkType.values:
        yield "link_type", "unknown way to show the link."
    if stage.instruction_order not in (None, *InstructionOrder.values):
        yield "instruction_order", "unknown order."
    if unknown := sorted(set(stage.qualification_question_ids) - question_ids):
        yield "qualification_question_ids", f"unknown question: {unknown[0][:80]}."
    if sms_url_too_long(stage, booking_link):
        yield (
            "include_booking_link",
            f"the booking link is longer than one text ({SMS_PART_CHARS} characters). Give leads a shorter address, "
            "or leave out the link or SMS.",
        )
