"""The audit of one workspace as its page lists it: newest first, by keyset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from zrg.lib.cursor import decode_cursor, encode_cursor, filter_hash
from zrg.workspaces.models import AdminAuditEvent

PAGE_SIZE = 50
# How far back the filters offer actors and actions.
OFFERED_FROM = 500
MAX_VALUE = 160
# Stands for acts without a person, by the label they carry.
LABEL = "label:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value before and after, in words; None where there was none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """One page; `next_cursor` "" on the last."""

    events: list[tuple[AdminAuditEvent, str, list[Difference]]]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filters offer, as (value, label)."""

    actors: list[tuple[str, str]]
    actions: list[tuple[str, str]]


def list_audit(workspace_id: UUID, *, actor: str = "", action: str = "", cursor: str = "") -> AuditPage:
    """The acts of a workspace that match, `PAGE_SIZE` at a time, in one query. `actor` is a person's id or
    `label:` with the label of acts without one; a malformed or foreign cursor raises `CursorMismatch`.
    """
    digest = filter_hash({"workspace": str(workspace_id), "actor": actor, "action": action})
    rows = AdminAuditEvent.objects.in_workspace(workspace_id).filter(_by(actor))
    if action:
        rows = rows.filter(action=action)
    if cursor:
        last = decode_cursor(cursor, digest)
        rows = rows.filter(Q(created_at__lt=last.key) | Q(created_at=last.key, id__lt=last.id))
    found = list(rows.order_by("-created_at", "-id")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    more = encode_cursor(shown[-1].created_at, shown[-1].pk, digest) if len(found) > PAGE_SIZE else ""
    events = [(row, act_in_words(row.action), differences(row.before, row.after)) for row in shown]
    return AuditPage(events=events, next_cursor=more)


def offered_choices(workspace_id: UUID) -> Choices:
    """Actors and actions of the last acts, in one query."""
    rows = AdminAuditEvent.objects.in_workspace(workspace_id).order_by("-created_at", "-id")
    recent = list(rows.values_list("actor_id", "actor_label", "action")[:OFFERED_FROM])
    actors = {str(actor) if actor else f"{LABEL}{label}": label for actor, label, _action in recent}
    return Choices(
        actors=sorted(actors.items(), key=lambda one: one[1]),
        actions=sorted((action, act_in_words(action)) for action in {row[-1] for row in recent}),
    )


def act_in_words(action: str) -> str:
    """`Connection: secret set` for `connection.secret_set`."""
    subject, _, act = action.replace("_", " ").partition(".")
    return f"{subject.capitalize()}: {act.replace('.', ' ')}" if act else subject.capitalize()


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """What an act changed, name by name."""
    old, new = before or {}, after or {}
    return [
        Difference(
            name=name.replace("_", " "),
            before=_words(old[name]) if name in old else None,
            after=_words(new[name]) if name in new else None,
        )
        for name in {**old, **new}
    ]


def _by(actor: str) -> Q:
    if not actor:
        return Q()
    if actor.startswith(LABEL):
        return Q(actor_id=None, actor_label=actor.removeprefix(LABEL))
    try:
        return Q(actor_id=UUID(actor))
    except ValueError:
        return Q(pk__in=())


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, Mapping):
        text = ", ".join(f"{name}: {_words(one)}" for name, one in value.items())
    elif isinstance(value, list):
        text = ", ".join(_words(one) for one in value)
    else:
        text = str(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
