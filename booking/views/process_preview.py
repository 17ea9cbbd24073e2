"""What drafting would be told by stages that are being built, with sample times."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from booking.process_form import Builder, StageForm
from booking.rules.instructions import Material, Question, stage_instructions
from booking.rules.stages import SMS_PARTS, Stage, sms_parts_needed, sms_url_too_long
from booking.rules.texts import check_texts
from leads.enums import Channel
from zrg.lib.errors import BadInput

SAMPLE_LABELS = (
    "3:00 PM EST on Thu, Feb 12",
    "10:30 AM EST on Fri, Feb 13",
    "1:00 PM EST on Mon, Feb 16",
    "9:00 AM EST on Tue, Feb 17",
    "4:30 PM EST on Wed, Feb 18",
)

INCOMPLETE = _("Choose a channel, or mend what is marked in this stage, to see its texts.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPreview:
    """The text of one channel, None when the stage does not speak there or adds nothing."""

    channel: str
    applies: bool
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePreview:
    """The texts of one stage, or the `problem` to mend first. `warning` speaks of text messages."""

    number: int
    problem: str = ""
    channels: Sequence[ChannelPreview] = ()
    warning: str = ""
    is_blocked: bool = False


def preview_of(builder: Builder, *, questions: Sequence[Question], booking_link: str | None) -> list[StagePreview]:
    """All stages as they stand in the form, saved or not."""
    material = Material(booking_link=booking_link, labels=SAMPLE_LABELS, questions=tuple(questions))
    return [_stage_preview(form, questions, material) for form in builder.stages]


def sms_warning(stage: Stage, booking_link: str | None, labels: Sequence[str]) -> str:
    """What a person should know about the length of a stage's text messages; empty when it fits one."""
    if sms_url_too_long(stage, booking_link):
        return "The booking link alone is longer than one text message: this stage cannot be saved for SMS with it."
    parts = sms_parts_needed(stage, booking_link, labels)
    if parts > SMS_PARTS:
        return f"Link and times cannot fit {SMS_PARTS} text messages. Suggest fewer times."
    if parts > 1:
        return f"Link and times do not fit one text message; they fill {parts} of at most {SMS_PARTS}."
    return ""


def _stage_preview(form: StageForm, questions: Sequence[Question], material: Material) -> StagePreview:
    typed = (
        form
        if form.is_bound
        else StageForm(dict(form.initial), form.number, questions=questions, bound=True, read_only=False)
    )
    if not typed.is_valid() or not (stage := typed.stage()).channels:
        return StagePreview(number=form.number, problem=gettext(INCOMPLETE))
    try:
        check_texts(stage.instruction_templates)
    except BadInput as refused:
        return StagePreview(number=form.number, problem=str(refused))
    return StagePreview(
        number=form.number,
        channels=[
            ChannelPreview(
                channel=gettext(channel.label),
                applies=channel in stage.channels,
                text=stage_instructions(stage, form.number, channel, material).text,
            )
            for channel in Channel
        ],
        warning=sms_warning(stage, material.booking_link, material.labels),
        is_blocked=sms_url_too_long(stage, material.booking_link),
    )
