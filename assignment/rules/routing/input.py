"""Values of rules and partnerships as people and programs send them, checked and in stored form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from assignment.rules.routing.conditions import canonical_conditions
from assignment.rules.routing.limits import read_schedule
from zrg.lib.errors import BadInput

CAP_FIELDS = ("cap_daily", "cap_weekly", "cap_monthly", "cap_total")
NOTIFY_WAYS = frozenset({"email", "slack"})
MAX_TAGS = 20
MAX_TAG = 80
MAX_CAP = 2_147_483_647
# Python reads no other year in every zone; the database would store more.
FIRST_YEAR, LAST_YEAR = 1970, 9998


def clean_conditions(given: Any) -> dict[str, Any]:
    """Canonical conditions; raises `BadCondition`."""
    return canonical_conditions(given if given is not None else {})


def clean_schedule(given: Any) -> dict[str, Any] | None:
    """A schedule that can be read; raises `BadSchedule`."""
    read_schedule(given)
    return given  # type: ignore[no-any-return]


def can_read_conditions(stored: Any) -> bool:
    """Whether stored conditions are still ones: a rule with others takes no lead."""
    try:
        canonical_conditions(stored or {})
    except BadInput:
        return False
    return True


def can_read_schedule(stored: Any) -> bool:
    """Whether stored hours are still some."""
    try:
        read_schedule(stored)
    except BadInput:
        return False
    return True


def clean_cap(given: Any, field: str) -> int | None:
    """None or a whole number from 0."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MAX_CAP:
        raise BadInput(gettext("A whole number from 0, or nothing."), http_status=400, field=field)
    return given


def clean_moment(given: Any, field: str) -> datetime | None:
    """None or an instant, given as a text that names its zone."""
    try:
        moment = parse_datetime(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    if given is not None and (moment is None or moment.tzinfo is None):
        raise BadInput(gettext("A time with its zone is needed."), http_status=400, field=field)
    check_moment(moment, field)
    return moment


def check_moment(moment: datetime | None, field: str) -> None:
    """Refuse an instant that could be stored but not be read in every zone."""
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadInput(
            gettext("A year from {first} to {last}.").format(first=FIRST_YEAR, last=LAST_YEAR),
            http_status=400,
            field=field,
        )


def clean_name(given: Any) -> str:
    """A text with something in it."""
    if not isinstance(given, str) or not given.strip():
        raise BadInput(gettext("A name is needed."), http_status=400, field="name")
    return given.strip()


def clean_flag(given: Any, field: str) -> bool:
    """True or false, not a word for it."""
    if not isinstance(given, bool):
        raise BadInput(gettext("true or false is needed."), http_status=400, field=field)
    return given


def clean_whole(given: Any, field: str) -> int:
    """A whole number; its range is the column's."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise BadInput(gettext("A whole number is needed."), http_status=400, field=field)
    return given


def clean_actions(given: Any) -> dict[str, list[str]]:
    """`{"tag_with": [≤ 20 texts], "notify_via": [email, slack]}`."""
    if not isinstance(given, Mapping) or set(given) - {"tag_with", "notify_via"}:
        raise BadInput(gettext("Actions are tag_with and notify_via."), http_status=400, field="actions")
    tags, ways = given.get("tag_with") or [], given.get("notify_via") or []
    if not isinstance(tags, list) or len(tags) > MAX_TAGS or not all(_is_tag(tag) for tag in tags):
        raise BadInput(gettext("At most 20 short texts."), http_status=400, field="actions.tag_with")
    if not isinstance(ways, list) or set(map(str, ways)) - NOTIFY_WAYS:
        raise BadInput(gettext("email or slack."), http_status=400, field="actions.notify_via")
    return {"tag_with": [tag.strip() for tag in tags], "notify_via": sorted(set(ways))}


def _is_tag(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= MAX_TAG
