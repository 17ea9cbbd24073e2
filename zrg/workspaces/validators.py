"""Checks of single settings values; each raises ValidationError with a sentence for a person."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext

from zrg.workspaces.constants import GRANTABLE, MAX_REPLY_TARGET_MINUTES, REPLY_TARGET_TAGS

WALL_TIME = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$")
DIGEST_TIME = re.compile(r"^\d{1,2}:\d{2}$")
SLOT_TOKENS = ("option1", "time1", "option2", "time2")
SLOT_TOKEN = re.compile(r"\{\{\s*(\w+)\s*\}\}")
E164 = re.compile(r"^\+[1-9]\d{6,14}$")
SLACK_CHANNEL = re.compile(r"^[CG][A-Z0-9]{6,}$")
DOMAIN = re.compile(r"^@(?=.{3,254}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")
TIMEZONES = frozenset(available_timezones())
MAX_BLACKOUT_DATES = 366
MAX_QUESTIONS = 10
MAX_APPROVAL_RECIPIENTS = 50
MAX_BUNDLE_BUDGET = 16_000


@deconstructible
class MaxItems:
    """At most this many entries."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, value: Sequence[Any]) -> None:
        if len(value) > self.limit:
            raise ValidationError(gettext("At most {limit} entries.").format(limit=self.limit), code="max_items")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MaxItems) and self.limit == other.limit

    def __hash__(self) -> int:
        return hash(self.limit)


def validate_timezone(value: str) -> None:
    """An IANA zone."""
    if value not in TIMEZONES:
        raise ValidationError(gettext("Not a known time zone."), code="timezone")


def validate_wall_time(value: str) -> None:
    """`HH:MM`."""
    if not WALL_TIME.match(value):
        raise ValidationError(gettext("A time of day as HH:MM."), code="wall_time")


def validate_digest_time(value: str) -> None:
    """`H:MM` or `HH:MM`, within a day."""
    if not DIGEST_TIME.match(value) or not WALL_TIME.match(value.zfill(5)):
        raise ValidationError(gettext("A time of day as HH:MM."), code="wall_time")


def validate_https(value: str) -> None:
    """An address over https."""
    if not value.startswith("https://"):
        raise ValidationError(gettext("Only https addresses."), code="https")


def validate_emails(value: Sequence[str]) -> None:
    """Distinct lower-case addresses."""
    _distinct(value)
    for address in value:
        if address != address.strip().lower():
            raise ValidationError(gettext("Addresses are written in lower case."), code="email")
        validate_email(address)


def validate_phones(value: Sequence[str]) -> None:
    """Distinct E.164 numbers."""
    _distinct(value)
    _all_match(value, E164, "Numbers as +14155550123.")


def validate_slack_channels(value: Sequence[str]) -> None:
    """Distinct channel ids."""
    _distinct(value)
    _all_match(value, SLACK_CHANNEL, "Slack channel ids start with C or G.")


def validate_own_addresses(value: Sequence[str]) -> None:
    """Addresses or `@domain` patterns."""
    for entry in value:
        if entry.startswith("@"):
            if not DOMAIN.match(entry):
                raise ValidationError(gettext("A domain as @example.com."), code="domain")
        else:
            validate_emails([entry])


def validate_blackout_dates(value: Sequence[date]) -> None:
    """At most one year of days."""
    if len(value) > MAX_BLACKOUT_DATES:
        raise ValidationError(
            gettext("At most {max_blackout_dates} days.").format(max_blackout_dates=MAX_BLACKOUT_DATES),
            code="max_items",
        )


def validate_extra_permissions(value: Sequence[str]) -> None:
    """Only what may be granted."""
    if not set(value) <= set(GRANTABLE):
        raise ValidationError(gettext("Not a permission that can be granted."), code="grantable")


def validate_questions(value: Any) -> None:
    """At most ten `{"id", "question", "required"}` with distinct ids."""
    if not isinstance(value, list) or len(value) > MAX_QUESTIONS:
        raise ValidationError(
            gettext("A list of at most {max_questions} questions.").format(max_questions=MAX_QUESTIONS),
            code="questions",
        )
    for entry in value:
        if not (
            isinstance(entry, dict)
            and set(entry) == {"id", "question", "required"}
            and _text(entry["id"])
            and _text(entry["question"])
            and isinstance(entry["required"], bool)
        ):
            raise ValidationError(
                gettext("Each question has an id, a text and whether it is required."), code="questions"
            )
    _distinct([entry["id"] for entry in value])


def validate_approval_recipients(value: Any) -> None:
    """At most fifty `{"id", "displayName", "email"?, "avatarUrl"?}`; an address may stand in for the id."""
    if not isinstance(value, list) or len(value) > MAX_APPROVAL_RECIPIENTS:
        raise ValidationError(
            gettext("A list of at most {max_approval_recipients} people.").format(
                max_approval_recipients=MAX_APPROVAL_RECIPIENTS
            ),
            code="recipients",
        )
    for entry in value:
        if not isinstance(entry, dict) or not set(entry) <= {"id", "displayName", "email", "avatarUrl"}:
            raise ValidationError(gettext("Each recipient is a Slack user."), code="recipients")
        if not _text(entry.get("id") or entry.get("email")) or not _text(entry.get("displayName")):
            raise ValidationError(gettext("Each recipient has an id or an address, and a name."), code="recipients")
    _distinct([entry.get("id") or entry["email"] for entry in value])


def validate_bundle_budgets(value: Any) -> None:
    """`{profile: tokens}` within 0…16,000 (05 R15)."""
    if not isinstance(value, dict) or not all(
        isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= MAX_BUNDLE_BUDGET
        for size in value.values()
    ):
        raise ValidationError(
            gettext("Sizes between 0 and {max_bundle_budget}.").format(max_bundle_budget=MAX_BUNDLE_BUDGET),
            code="budgets",
        )


def validate_reply_targets(value: Any) -> None:
    """`{sentiment: minutes}`; a sentiment that is left out has no target (07 R20.6)."""
    if not isinstance(value, dict):
        raise ValidationError(gettext("A JSON object of sentiments and minutes."), code="object")
    if unknown := sorted(str(tag) for tag in set(value) - set(REPLY_TARGET_TAGS)):
        raise ValidationError(
            gettext("No sentiment with a reply time: {names}.").format(names=", ".join(unknown)[:200]), code="tag"
        )
    for tag, minutes in value.items():
        if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= MAX_REPLY_TARGET_MINUTES:
            raise ValidationError(
                gettext("{tag}: whole minutes from 1 to {max_reply_target_minutes:,}.").format(
                    tag=tag, max_reply_target_minutes=MAX_REPLY_TARGET_MINUTES
                ),
                code="minutes",
            )


def validate_slot_template(value: str) -> None:
    """A sentence whose braces are times only; anything else would reach a lead as it stands (09 §2.7)."""
    rest = SLOT_TOKEN.sub(lambda match: "" if match[1] in SLOT_TOKENS else match[0], value)
    if "{" in rest or "}" in rest:
        names = ", ".join(f"{{{{{name}}}}}" for name in SLOT_TOKENS)
        raise ValidationError(gettext("In braces only {names}.").format(names=names), code="token")


def validate_json_object(value: Any) -> None:
    """A JSON object."""
    if not isinstance(value, dict):
        raise ValidationError(gettext("A JSON object."), code="object")


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _distinct(value: Iterable[Any]) -> None:
    entries = list(value)
    if len(entries) != len(set(entries)):
        raise ValidationError(gettext("Each entry once."), code="duplicate")


def _all_match(value: Sequence[str], pattern: re.Pattern[str], message: str) -> None:
    if not all(pattern.match(entry) for entry in value):
        raise ValidationError(message, code="format")
