"""A form over some columns of the workspace's settings; each column is open to those who may save it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zrg.lib.errors import BadInput
from zrg.lib.hashing import sha
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.access import Access
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.rules.settings_fields import SUPER_ADMIN, WRITERS
from zrg.workspaces.services.settings import attribute_of, may_save

CSRF = "csrfmiddlewaretoken"
CONFIRM = "confirm_"
REQUIRED = "* "
ID_LENGTH = 12
MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as the form shows it. `make` builds its field; without it the model's own is used.

    `confirm`: what has to be ticked beside it when the switch is turned on.
    """

    name: str
    label: str
    hint: str = ""
    rows: int = 0
    make: Any = None
    confirm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroup:
    """Columns under one heading."""

    title: str
    columns: Sequence[Column]
    note: str = ""
    side_by_side: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRows:
    """A group with the fields of the form, each with what confirms it, for the template."""

    group: ColumnGroup
    fields: list[tuple[BoundField, BoundField | None]] = field(default_factory=list)
    is_closed: bool = False


@runtime_checkable
class ManyNames(Protocol):
    """A widget of several controls."""

    def names(self, name: str) -> list[str]:
        """The names they send."""


@runtime_checkable
class OfWorkspace(Protocol):
    """A field whose choices depend on the workspace."""

    def use_workspace(self, workspace_id: UUID) -> None:
        """Before anything is read of it."""


class LinesField(forms.CharField):
    """A list of short texts, one per line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """The list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """The lines that are not blank."""
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class DatesField(LinesField):
    """Days, one per line as `2026-12-31`; each once, the earliest first."""

    def prepare_value(self, value: Any) -> Any:
        """The days as lines."""
        if not isinstance(value, list | tuple):
            return value
        return "\n".join(one.isoformat() if isinstance(one, date) else str(one) for one in value)

    def to_python(self, value: Any) -> Any:
        """The days; a line that is none is named."""
        days = set()
        for line in super().to_python(value):
            try:
                days.add(date.fromisoformat(line))
            except ValueError as error:
                raise forms.ValidationError(
                    gettext("{line} is not a day: write 2026-12-31.").format(line=line[:40]), code="day"
                ) from error
        return sorted(days)


class AddressesField(LinesField):
    """Addresses, one per line, in lower case."""

    def to_python(self, value: Any) -> Any:
        """Each address once, in the order it was written."""
        return list(dict.fromkeys(line.lower() for line in super().to_python(value)))


class QuestionsField(forms.CharField):
    """Questions, one per line; a star in front marks one that has to be answered."""

    widget = forms.Textarea
    stored: Sequence[Mapping[str, Any]] = ()

    def prepare_value(self, value: Any) -> Any:
        """The list as lines."""
        if not isinstance(value, list | tuple):
            return value
        return "\n".join(f"{REQUIRED if one.get('required') else ''}{one.get('question', '')}" for one in value)

    def to_python(self, value: Any) -> Any:
        """A question that stands already keeps its id: answers are kept under it."""
        ids = {one.get("question"): one.get("id") for one in self.stored}
        lines = [line.strip() for line in (value or "").splitlines() if line.strip(" *")]
        texts = dict.fromkeys((line.lstrip("* ").strip(), line.startswith("*")) for line in lines)
        return [
            {"id": ids.get(text) or sha(text)[:ID_LENGTH], "question": text, "required": required}
            for text, required in texts
        ]


class ColumnsForm(forms.Form):
    """The columns of these groups. What the person may not save is shown and disabled."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        required=False, max_length=MAX_REASON, label=_("Why"), help_text=_("Kept in the audit beside the change.")
    )

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        row: WorkspaceSettings,
        groups: Sequence[ColumnGroup],
        access: Access,
        read_only: bool = False,
    ) -> None:
        self.groups = groups
        columns = [column for group in groups for column in group.columns]
        stored = {column.name: getattr(row, attribute_of(row, column.name)) for column in columns}
        super().__init__(data, initial={**stored, "version": row.version})
        self._foreign: set[str] = set()
        for column in columns:
            made = _field_of(column)
            if isinstance(made, QuestionsField):
                made.stored = stored[column.name] or ()
            if isinstance(made, OfWorkspace):
                made.use_workspace(row.workspace_id)
            yours = may_save(access, row, column.name)
            if not yours and WRITERS[column.name] == SUPER_ADMIN:
                self._foreign.add(column.name)
            made.disabled = read_only or not yours
            self.fields[column.name] = made
            if column.confirm:
                self.fields[f"{CONFIRM}{column.name}"] = forms.BooleanField(
                    required=False, label=gettext(column.confirm)
                )

    def unknown_names(self) -> list[str]:
        """What was sent that this form does not have."""
        known = {CSRF, *self.fields}
        for name, made in self.fields.items():
            known |= set(made.widget.names(name)) if isinstance(made.widget, ManyNames) else set()
        return sorted(set(self.data) - known)

    def foreign_names(self) -> list[str]:
        """Columns of super admins that were sent by somebody else; a browser sends none of these."""
        return sorted(set(self.data) & self._foreign)

    def clean(self) -> dict[str, Any]:
        """What has to be confirmed is confirmed; every field that is wrong is told at once, not one after the other."""
        cleaned: dict[str, Any] = super().clean() or {}
        for known in (one for group in self.groups for one in group.columns):
            if known.name in cleaned and not self.fields[known.name].disabled:
                try:
                    WorkspaceSettings._meta.get_field(known.name).run_validators(cleaned[known.name])  # type: ignore[union-attr]
                except forms.ValidationError as refused:
                    self.add_error(known.name, refused)
        for name in [name for name in self.fields if name.startswith(CONFIRM)]:
            column = name.removeprefix(CONFIRM)
            if cleaned.get(column) and not self.initial[column] and not cleaned.get(name):
                self.add_error(name, gettext("Tick this to turn it on; nothing was changed."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The columns this person may save."""
        return {
            name: self.cleaned_data[name]
            for name, made in self.fields.items()
            if name in self.initial and name != "version" and not made.disabled
        }

    def grouped(self) -> list[ColumnRows]:
        """The fields in their groups."""
        rows = []
        for group in self.groups:
            fields = [
                (self[column.name], self[f"{CONFIRM}{column.name}"] if column.confirm else None)
                for column in group.columns
            ]
            closed = all(one.field.disabled for one, _confirm in fields)
            rows.append(ColumnRows(group=group, fields=fields, is_closed=closed))
        return rows

    def refuse(self, error: BadInput) -> None:
        """Put what the service refused beside the columns concerned."""
        named = error.data.get("fields")
        if isinstance(named, dict):
            for name, problems in named.items():
                for problem in problems:
                    self.add_error(name if name in self.fields else None, problem)
        else:
            for name in named if isinstance(named, list) else [None]:
                self.add_error(name if name in self.fields else None, str(error))

    def start_over_from(self, row: WorkspaceSettings) -> None:
        """After a conflict: what was typed stays, beside what is stored now."""
        for group in self.groups:
            for column in group.columns:
                made, now = self.fields[column.name], getattr(row, attribute_of(row, column.name))
                if now != self.cleaned_data.get(column.name, now):
                    self[column.name].help_text = gettext("Stored now: {value}").format(value=_words(made, now))
        self.data = {**dict(self.data.items()), "version": row.version}


def _field_of(column: Column) -> forms.Field:
    made = column.make() if column.make else WorkspaceSettings._meta.get_field(column.name).formfield()  # type: ignore[union-attr]
    assert made is not None  # every column of the table has a field
    made.label, made.help_text = gettext(column.label), gettext(column.hint)
    if isinstance(made, forms.ChoiceField) and column.make is None:
        made.choices = spoken_choices(made.choices)  # type: ignore[arg-type]
    if column.rows:
        made.widget = forms.Textarea(attrs={"rows": column.rows, **_length(made)})
    return made


def _length(made: forms.Field) -> dict[str, Any]:
    limit = getattr(made, "max_length", None)
    return {"maxlength": limit} if limit else {}


def _words(made: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("on") if value else gettext("off")
    if words := getattr(made, "words", None):
        return str(words(value))
    if isinstance(made, forms.ChoiceField):
        return str(dict(made.choices).get(value, value))  # type: ignore[arg-type]
    shown = made.prepare_value(value)
    return str(shown) if shown not in (None, "", []) else gettext("nothing")
