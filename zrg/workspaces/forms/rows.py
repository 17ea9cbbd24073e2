"""What pages of rows share (voices, sources, calendar links): forms that say what is wrong, and stale ones."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zrg.lib.errors import ZrgError
from zrg.lib.hashing import canonical_json, sha

VERSION_LENGTH = 24
CHANGED_MEANWHILE = _(
    "This changed meanwhile: somebody saved it after you opened this page. What you typed is still here. Look at what "
    "is stored now, then save again."
)


def version_of(row: models.Model, fields: tuple[str, ...]) -> str:
    """Changes with what people set on a row."""
    return sha(canonical_json([str(getattr(row, name) or "") for name in fields]))[:VERSION_LENGTH]


def show_refusal(form: forms.Form, refused: ZrgError, *, fallback: str | None = None) -> None:
    """Put what a service refused beside the field concerned."""
    named = refused.data.get("fields")
    if isinstance(named, Mapping):
        for name, problems in named.items():
            form.add_error(name if name in form.fields else None, [str(one) for one in problems])
        return
    name = str(refused.data.get("field") or fallback or "")
    form.add_error(name if name in form.fields else None, str(refused))


def note_stored(form: forms.Form, row: models.Model, fields: tuple[str, ...]) -> None:
    """After a conflict: beside what was typed stands what is stored now."""
    for name in fields:
        stored = str(getattr(row, name) or "")
        if name in form.fields and stored != str(form.cleaned_data.get(name) or ""):
            form[name].help_text = gettext("Stored now: {value}").format(value=stored[:300] or gettext("nothing"))


def with_version(data: Any, version: str) -> dict[str, Any]:
    """The form's data with the version of now, so that the next save goes through."""
    return {**dict(data.items()), "version": version}
