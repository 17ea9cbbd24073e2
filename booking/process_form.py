"""The builder of a booking process: one form with a list of stages that can be moved before it is saved.

A stage travels as a dict of its form's values (`StageValues`): from the row, from what was posted, or moved by an
act. Nothing here writes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from booking.enums import InstructionOrder, LinkType
from booking.models import BookingProcess
from booking.models.process import MAX_WAVES
from booking.rules.instructions import Question
from booking.rules.stages import MAX_STAGES, MAX_TIMES, STAGE_FIELDS, Stage, check_numbers
from booking.rules.texts import MAX_TEXT, TEXTS
from booking.services.processes import FIELDS, MAX_DESCRIPTION, MAX_NAME
from zrg.lib.errors import BadInput
from zrg.lib.hashing import canonical_json, sha
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.forms.rows import VERSION_LENGTH, version_of

StageValues = dict[str, Any]

ACT = "act"
TEXT_PREFIX = "text_"
_NAME = re.compile(r"stage-(\d{1,3})-(\w+)")


class ProcessForm(forms.Form):
    """What is said about a process itself."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(max_length=MAX_NAME, label=_("Name"), help_text=_("What your team calls it."))
    description = forms.CharField(
        max_length=MAX_DESCRIPTION, required=False, label=_("What it is for"), widget=forms.Textarea(attrs={"rows": 2})
    )
    max_waves_before_escalation = forms.IntegerField(
        min_value=1,
        max_value=MAX_WAVES,
        initial=5,
        label=_("Waves before a person takes over"),
        help_text=_("After so many waves without a meeting nothing leaves by itself, and a task is made."),
    )


class StageForm(forms.Form):
    """One stage. Its own words are fields of their own, blank where the product's are used."""

    apply_to_email = forms.BooleanField(required=False, label=_("E-mail"))
    apply_to_sms = forms.BooleanField(required=False, label="SMS")
    apply_to_linkedin = forms.BooleanField(required=False, label=_("LinkedIn"))
    include_booking_link = forms.BooleanField(required=False, label=_("The booking link"))
    link_type = forms.ChoiceField(choices=LinkType, label=_("In e-mails as"))
    include_suggested_times = forms.BooleanField(required=False, label=_("Free times"))
    number_of_times_to_suggest = forms.TypedChoiceField(
        coerce=int, choices=[(number, str(number)) for number in range(1, MAX_TIMES + 1)], label=_("How many")
    )
    include_qualifying_questions = forms.BooleanField(required=False, label=_("Qualification questions"))
    qualification_question_ids = forms.MultipleChoiceField(
        required=False, label=_("Asked beside the required ones"), widget=forms.CheckboxSelectMultiple
    )
    include_timezone_ask = forms.BooleanField(required=False, label=_("The question for the time zone"))
    instruction_order = forms.ChoiceField(
        required=False,
        choices=[("", _("By itself: times first where there are any")), *spoken_choices(InstructionOrder.choices)],
    )

    CHANNELS = ("apply_to_email", "apply_to_sms", "apply_to_linkedin")

    def __init__(
        self, values: StageValues, number: int, *, questions: Sequence[Question], bound: bool, read_only: bool
    ) -> None:
        prefix = f"stage-{number}"
        data = {f"{prefix}-{name}": value for name, value in values.items()} if bound else None
        super().__init__(data, prefix=prefix, initial=values)
        self.number = number
        self.fields["instruction_order"].label = _("Order")
        asked = self.fields["qualification_question_ids"]
        assert isinstance(asked, forms.MultipleChoiceField)
        asked.choices = [(one.id, one.question) for one in questions if not one.required]
        for key, text in TEXTS.items():
            made = forms.CharField(
                required=False,
                max_length=MAX_TEXT,
                label=gettext(text.label),
                help_text=text.default,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[TEXT_PREFIX + key] = made
        for field in self.fields.values():
            field.disabled = read_only

    def channel_fields(self) -> list[forms.BoundField]:
        """The three switches."""
        return [self[name] for name in self.CHANNELS]

    def texts(self) -> list[forms.BoundField]:
        """The own words."""
        return [self[TEXT_PREFIX + key] for key in TEXTS]

    def own_texts(self) -> int:
        """How many of them say something."""
        return sum(bool(str(field.value() or "").strip()) for field in self.texts())

    def stage(self) -> Stage:
        """The stage, once valid."""
        typed = self.cleaned_data
        return Stage(
            **{
                **{name: typed[name] for name in STAGE_FIELDS if name in typed},
                "qualification_question_ids": tuple(typed["qualification_question_ids"]),
                "instruction_order": typed["instruction_order"] or None,
                "instruction_templates": {key: typed[TEXT_PREFIX + key] for key in TEXTS if typed[TEXT_PREFIX + key]},
            }
        )


STAGE_NAMES = (*StageForm.base_fields, *(TEXT_PREFIX + key for key in TEXTS))


class Builder:
    """The form of a process with its stages, as stored or as typed."""

    def __init__(
        self,
        process: ProcessForm,
        stages: Sequence[StageValues],
        *,
        questions: Sequence[Question],
        bound: bool = False,
        read_only: bool = False,
    ) -> None:
        self.process = process
        self.stages = [
            StageForm(values, number, questions=questions, bound=bound, read_only=read_only)
            for number, values in enumerate(stages, start=1)
        ]
        for field in process.fields.values():
            field.disabled = read_only
        self.can_grow = len(stages) < MAX_STAGES
        self.moved = 0

    def stages_are_valid(self) -> bool:
        """Whether every stage can be read; what is wrong stands beside the fields."""
        return all(stage.is_valid() for stage in self.stages)

    def refuse(self, refused: BadInput) -> None:
        """Put what a rule refused beside the stage and field concerned."""
        number, name = refused.data.get("stage"), str(refused.data.get("field") or "")
        if isinstance(number, int) and 1 <= number <= len(self.stages):
            form = self.stages[number - 1]
            name = next((one for one in (name, TEXT_PREFIX + name) if one in form.fields), "")
            form.add_error(name or None, str(refused))
        else:
            self.process.add_error(name if name in self.process.fields else None, str(refused))


def stored_builder(
    process: BookingProcess, stages: Sequence[Stage], *, questions: Sequence[Question], read_only: bool
) -> Builder:
    """What is stored; a new process starts with one stage."""
    form = ProcessForm(
        initial={**{name: getattr(process, name) for name in FIELDS}, "version": builder_version(process, stages)}
    )
    # A question may have been taken from the workspace, or made a required one, since.
    choosable = {one.id for one in questions if not one.required}
    values = [values_of(stage) for stage in stages or [Stage()]]
    for one in values:
        one["qualification_question_ids"] = [key for key in one["qualification_question_ids"] if key in choosable]
    return Builder(form, values, questions=questions, read_only=read_only)


def typed_builder(post: QueryDict, *, questions: Sequence[Question]) -> Builder:
    """What was typed, to be checked and saved."""
    return Builder(ProcessForm(post), posted_stages(post), questions=questions, bound=True)


def moved_builder(post: QueryDict, act: str, *, questions: Sequence[Question]) -> Builder:
    """What was typed, unchecked, after an act on the list of stages: `add`, `up:2`, `down:2`, `remove:2`."""
    stages, moved = move_stages(posted_stages(post), act)
    typed = {name: post.get(name, "") for name in ProcessForm.base_fields}
    builder = Builder(ProcessForm(initial=typed), stages, questions=questions)
    builder.moved = moved
    return builder


def move_stages(stages: list[StageValues], act: str) -> tuple[list[StageValues], int]:
    """The list after the act, and the number of the stage to look at. BadInput (400) for an act that cannot be."""
    kind, _, given = act.partition(":")
    place = int(given) - 1 if given.isdecimal() else -1
    if kind == "add" and len(stages) < MAX_STAGES:
        return [*stages, values_of(Stage())], len(stages) + 1
    if kind == "up" and 0 < place < len(stages):
        return _swapped(stages, place - 1), place
    if kind == "down" and 0 <= place < len(stages) - 1:
        return _swapped(stages, place), place + 2
    if kind == "remove" and 0 <= place < len(stages) and len(stages) > 1:
        left = [*stages[:place], *stages[place + 1 :]]
        return left, min(place + 1, len(left))
    raise BadInput(gettext("The stages cannot be arranged like that."), code="unknown_act", http_status=400)


def posted_stages(post: QueryDict) -> list[StageValues]:
    """The stages of a form in their order; BadInput (400) for numbers with gaps."""
    found = [match for name in post if (match := _NAME.fullmatch(name))]
    numbers = sorted({int(match.group(1)) for match in found})
    check_numbers(numbers)
    return [_posted(post, f"stage-{number}-") for number in numbers]


def known_names(post: QueryDict) -> set[str]:
    """The names the form has for as many stages as there may be."""
    numbers = range(1, MAX_STAGES + 1)
    return {ACT, *ProcessForm.base_fields, *(f"stage-{number}-{name}" for number in numbers for name in STAGE_NAMES)}


def values_of(stage: Stage) -> StageValues:
    """A stage as its form shows it."""
    texts = {TEXT_PREFIX + key: text for key, text in stage.instruction_templates.items()}
    return {
        **{name: getattr(stage, name) for name in StageForm.base_fields},
        "qualification_question_ids": list(stage.qualification_question_ids),
        "instruction_order": stage.instruction_order or "",
        **texts,
    }


def builder_version(process: BookingProcess, stages: Iterable[Stage]) -> str:
    """Changes with what people set on a process or its stages."""
    shown = canonical_json([values_of(stage) for stage in stages])
    return sha(version_of(process, FIELDS) + shown)[:VERSION_LENGTH]


def _posted(post: QueryDict, prefix: str) -> StageValues:
    values: StageValues = {}
    for name in STAGE_NAMES:
        field: Any = StageForm.base_fields.get(name)
        if isinstance(field, forms.MultipleChoiceField):
            values[name] = post.getlist(prefix + name)
        elif isinstance(field, forms.BooleanField):
            values[name] = prefix + name in post
        else:
            values[name] = post.get(prefix + name, "")
    return values


def _swapped(stages: Sequence[StageValues], place: int) -> list[StageValues]:
    first, second = stages[place], stages[place + 1]
    return [*stages[:place], second, first, *stages[place + 2 :]]


def summary_of(stage: Stage) -> Mapping[str, Any]:
    """What a stage includes and on which channels, in words for lists."""
    times = stage.number_of_times_to_suggest
    includes = {
        gettext("link"): stage.include_booking_link,
        ngettext("{n} time", "{n} times", times).format(n=times): stage.include_suggested_times,
        gettext("questions"): stage.include_qualifying_questions,
        gettext("time zone"): stage.include_timezone_ask,
    }
    return {
        "includes": ", ".join(what for what, asked in includes.items() if asked) or gettext("nothing of its own"),
        "channels": ", ".join(gettext(channel.label) for channel in stage.channels),
    }
