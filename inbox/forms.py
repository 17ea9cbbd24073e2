"""What people send from the inbox, read into typed values."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.services.checking import Seen, Text
from zrg.lib.errors import BadInput

MAX_RECIPIENT_CHARS = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A text on its way: what was typed, what was on screen, when it should leave."""

    channel: str
    text: Text
    seen: Seen
    idempotency_key: UUID | None = None
    send_at: datetime | None = None
    typed: dict[str, str] = field(default_factory=dict)


class ComposerForm(forms.Form):
    """The composer. Recipients count only when the person changed them."""

    channel = forms.ChoiceField(choices=Channel.choices)
    content = forms.CharField(required=False, strip=False)
    subject = forms.CharField(required=False, max_length=998)
    to = forms.CharField(required=False, max_length=320)
    to_before = forms.CharField(required=False, max_length=320)
    cc = forms.CharField(required=False, max_length=MAX_RECIPIENT_CHARS)
    cc_before = forms.CharField(required=False, max_length=MAX_RECIPIENT_CHARS)
    version = forms.IntegerField(required=False, min_value=1)
    seen_message = forms.UUIDField(required=False)
    acknowledge_newer = forms.BooleanField(required=False)
    idempotency_key = forms.UUIDField(required=False)
    send_at = forms.CharField(required=False, max_length=32)


def read_composer(post: QueryDict, zone: ZoneInfo) -> Composed:
    """The composer's values; raises `BadInput` naming the first field that is wrong."""
    form = ComposerForm(post)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadInput(str(errors[0]), code="bad_input", field=name)
    data = form.cleaned_data
    to = data["to"].strip().lower()
    cc = split_addresses(data["cc"])
    return Composed(
        channel=data["channel"],
        text=Text(
            content=data["content"],
            subject=data["subject"].strip() or None,
            to=to if to and to != data["to_before"].strip().lower() else None,
            cc=cc if cc != split_addresses(data["cc_before"]) else None,
        ),
        seen=Seen(
            message_id=data["seen_message"],
            acknowledge_newer=data["acknowledge_newer"],
            version=data["version"],
        ),
        idempotency_key=data["idempotency_key"],
        send_at=read_local_time(data["send_at"], zone, field="send_at"),
        typed={key: data[key] for key in ("content", "subject", "to", "cc")},
    )


def split_addresses(text: str) -> list[str]:
    """Addresses of a line, separated by commas, semicolons or white space, each once, lower-case."""
    parts = text.replace(";", " ").replace(",", " ").split()
    return list(dict.fromkeys(part.strip("<>").lower() for part in parts))


def read_local_time(text: str, zone: ZoneInfo, *, field: str) -> datetime | None:
    """A wall time of a form (`2026-03-02T09:00`) as an instant in the zone; None when empty."""
    if not text.strip():
        return None
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(gettext("This is not a date and time."), code="bad_time", field=field) from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


class SnoozeForm(forms.Form):
    """Days, a moment, until the lead replies, or awake again."""

    choice = forms.RegexField(regex=r"^(1|2|3|7|14|reply|wake|at)$")
    until = forms.CharField(required=False, max_length=32)

    def clean(self) -> dict[str, object]:
        """A moment is needed for `at`."""
        data = super().clean() or {}
        if data.get("choice") == "at" and not data.get("until"):
            raise ValidationError(gettext("Choose a date and time."))
        return data
