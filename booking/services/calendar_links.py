"""Calendar links as people keep them: exactly one is the default while there is any (09 §2.2).

All run in the caller's context; whoever changes which is the default waits for the workspace's row, and a
unique index stands below that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext

from booking.models import CalendarLink
from booking.rules.links import choose_booking_link, clean_url, detect_calendar_type
from zrg.lib.errors import BadInput, Conflict
from zrg.lib.text import storable
from zrg.workspaces.enums import BookingProvider
from zrg.workspaces.models import User, Workspace, WorkspaceSettings
from zrg.workspaces.services.audit import changed_values, record_audit

MAX_NAME = 120
MAX_LINKS = 50
FIELDS = ("name", "url", "public_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkValues:
    """What a person types, cleaned: `LinkValues.cleaned` is the only way in."""

    name: str
    url: str
    public_url: str | None

    @classmethod
    def cleaned(cls, *, name: str, url: str, public_url: str = "") -> "LinkValues":
        """BadInput with `field` for what cannot be stored."""
        shown = storable(name).strip()
        if not shown or len(shown) > MAX_NAME:
            raise BadInput(
                gettext("Give the link a name of at most {max_name} characters.").format(max_name=MAX_NAME),
                code="bad_name",
                field="name",
            )
        return cls(
            name=shown,
            url=clean_url(url),
            public_url=clean_url(public_url, field="public_url") if public_url.strip() else None,
        )


def create_link(workspace_id: UUID, values: LinkValues, *, by: User | None) -> CalendarLink:
    """A new link; the first of a workspace is its default."""
    with transaction.atomic():
        rows = _locked_rows(workspace_id)
        if len(rows) >= MAX_LINKS:
            raise BadInput(
                gettext("A workspace has at most {max_links} calendar links.").format(max_links=MAX_LINKS),
                code="too_many",
            )
        link = CalendarLink(workspace_id=workspace_id, is_default=not any(row.is_default for row in rows))
        _apply(link, values)
        _save(link)
        record_audit(
            "calendar_link.created",
            actor=by,
            workspace=workspace_id,
            obj=link,
            after={"name": link.name, "url": link.url},
        )
    return link


def update_link(link: CalendarLink, values: LinkValues, *, by: User | None) -> CalendarLink:
    """Another name or address; the type follows the address."""
    with transaction.atomic():
        locked = _locked(link)
        before = _snapshot(locked)
        _apply(locked, values)
        locked.save()
        old, new = changed_values(before, _snapshot(locked))
        if new:
            record_audit(
                "calendar_link.changed", actor=by, workspace=locked.workspace_id, obj=locked, before=old, after=new
            )
    return locked


def set_default_link(link: CalendarLink, *, by: User | None) -> CalendarLink:
    """Make it the default; the old one stops being it in the same transaction."""
    with transaction.atomic():
        rows = _locked_rows(link.workspace_id)
        chosen = next(row for row in rows if row.pk == link.pk)
        before = next((row for row in rows if row.is_default), None)
        if before is not None and before.pk == chosen.pk:
            return chosen
        _make_default(chosen, before)
        record_audit(
            "calendar_link.default_changed",
            actor=by,
            workspace=chosen.workspace_id,
            obj=chosen,
            before={"name": before.name if before else None},
            after={"name": chosen.name},
        )
    return chosen


def delete_link(link: CalendarLink, *, by: User | None) -> CalendarLink | None:
    """Remove a link; without a default the oldest that is left becomes it, and is returned."""
    with transaction.atomic():
        rows = _locked_rows(link.workspace_id)
        gone = next((row for row in rows if row.pk == link.pk), None)
        if gone is None:
            return None
        record_audit(
            "calendar_link.deleted",
            actor=by,
            workspace=gone.workspace_id,
            obj=gone,
            before={"name": gone.name, "url": gone.url},
        )
        left = [row for row in rows if row is not gone]
        gone.delete()
        if not left or any(row.is_default for row in left):
            return None
        _make_default(left[0], None)
    return left[0]


def resolve_booking_link(workspace_id: UUID) -> tuple[str | None, bool]:
    """What leads of the workspace get as the page to choose a time, and whether it is its own override."""
    default = CalendarLink.objects.in_workspace(workspace_id).filter(is_default=True)
    public_url, url = default.values_list("public_url", "url").first() or (None, None)
    columns = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
    provider, calendly = columns.values_list("meeting_booking_provider", "calendly_event_type_link").first() or (
        "",
        None,
    )
    return choose_booking_link(public_url=public_url, provider=provider, calendly_link=calendly, url=url)


def get_booking_link(workspace_id: UUID) -> str | None:
    """What leads of the workspace get as the page to choose a time."""
    return resolve_booking_link(workspace_id)[0]


def with_calendar(workspace_ids: Collection[UUID]) -> set[UUID]:
    """Those of the workspaces whose leads can be sent to a page or booked into a calendar; two queries."""
    links = CalendarLink.objects.filter(workspace_id__in=workspace_ids, is_default=True)
    chosen = Q(meeting_booking_provider=BookingProvider.GHL, ghl_default_calendar_id__gt="") | Q(
        meeting_booking_provider=BookingProvider.CALENDLY, calendly_event_type_uri__gt=""
    )
    targets = WorkspaceSettings.objects.filter(chosen, workspace_id__in=workspace_ids)
    return set(links.values_list("workspace_id", flat=True)) | set(targets.values_list("workspace_id", flat=True))


def _locked_rows(workspace_id: UUID) -> list[CalendarLink]:
    """All links, oldest first. A workspace without links has nothing to lock but itself."""
    list(Workspace.objects.filter(pk=workspace_id).select_for_update(of=("self",), no_key=True).values("pk"))
    return list(CalendarLink.objects.in_workspace(workspace_id).select_for_update().order_by("created_at", "id"))


def _locked(link: CalendarLink) -> CalendarLink:
    return CalendarLink.objects.in_workspace(link.workspace_id).select_for_update().get(pk=link.pk)


def _make_default(link: CalendarLink, before: CalendarLink | None) -> None:
    if before is not None:
        before.is_default = False
        before.save(update_fields=["is_default", "updated_at"])
    link.is_default = True
    _save(link)


def _save(link: CalendarLink) -> None:
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError as error:
        raise Conflict(gettext("Another link became the default meanwhile."), code="default_taken") from error


def _apply(link: CalendarLink, values: LinkValues) -> None:
    link.name, link.url, link.public_url = values.name, values.url, values.public_url
    link.type = detect_calendar_type(values.url)


def _snapshot(link: CalendarLink) -> dict[str, Any]:
    return {name: getattr(link, name) for name in (*FIELDS, "type")}
