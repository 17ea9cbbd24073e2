"""What the pages and fragments of the inbox have in common: whose leads, which lead, what it shows."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.enums import CURRENT_TAGS, SentimentTag
from inbox.models import SendOrder
from inbox.models.note import MAX_NOTE_CHARS
from inbox.registry import bulk_actions, drawer_sections
from inbox.rules.ages import waiting_for
from inbox.rules.saved_views import LIST_KEYS, clean_params, view_query
from inbox.rules.send_later import later_choices
from inbox.rules.snooze import MAX_SNOOZE, SNOOZE_DAYS
from inbox.services.approving import MAX_SEND_LATER
from inbox.services.booking_link import can_insert_link
from inbox.services.bulk import open_run
from inbox.services.list_page import ListPage, load_list
from inbox.services.saved_views import views_of
from inbox.services.scheduled import held_key
from inbox.services.station_page import Station, load_station
from inbox.services.thread_page import load_thread
from inbox.views.filtering import filter_context
from leads.enums import LeadStatus, Tab
from leads.models import Lead
from leads.rules.filters import ALL_WORKSPACES, KEYS
from leads.rules.tabs import is_snoozed
from leads.services.counts import COUNT_NAMES, get_counts
from zrg.lib.errors import NotVisible
from zrg.workspaces.access import Access, WorkspaceAccess, can, require
from zrg.workspaces.hours import resolve_zone
from zrg.workspaces.models import UserPreference

TAB_ICONS = {
    Tab.ALL: "inbox",
    Tab.RESPONSES: "reply",
    Tab.ATTENTION: "bell",
    Tab.PREVIOUS_ATTENTION: "check",
    Tab.AI_REVIEW: "eye",
    Tab.DRAFTS: "pen",
    Tab.AWAITING_REPLY: "clock",
    Tab.FOLLOW_UP: "forward",
    Tab.NEEDS_REPAIR: "wrench",
    Tab.AI_SENT: "spark",
    Tab.SNOOZED: "moon",
}
# Tabs of work to do: empty means that it is done. In the others nothing waits for anybody.
WORK_TABS = frozenset({Tab.RESPONSES, Tab.ATTENTION, Tab.AI_REVIEW, Tab.DRAFTS, Tab.NEEDS_REPAIR})
TAB_SHORT = {Tab.ALL: _("All"), Tab.PREVIOUS_ATTENTION: _("Earlier attention")}
ABILITIES = {
    "send": "message.send",
    "approve": "draft.approve",
    "reject": "draft.reject",
    "edit": "draft.edit",
    "snooze": "lead.snooze",
    "status": "lead.edit_status",
    "sentiment": "lead.set_sentiment",
    "original": "message.view_original",
    "promote": "lead.promote_contact",
    "request_promotion": "lead.request_promotion",
    "lift_stop": "lead.clear_blacklist",
    "enrich": "lead.enrich",
    "ai_ops": "aiops.view",
    "regenerate": "draft.regenerate",
    "judge": "autosend.configure",
    "inspect": "ai_interaction.inspect",
    "sync": "lead.enrich",
    "see_notes": "note.view",
    "note": "note.write",
    "clear_notes": "lead.delete",
    "toggle": "lead.toggle_automation",
    "edit_contact": "crm.edit_cell",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One workspace, or all of the person's."""

    access: Access
    workspace: WorkspaceAccess | None

    @property
    def key(self) -> str:
        """As it stands in addresses."""
        return str(self.workspace.workspace_id) if self.workspace else ALL_WORKSPACES

    @property
    def is_all(self) -> bool:
        """All workspaces at once."""
        return self.workspace is None

    def zone_of(self, workspace_id: UUID) -> ZoneInfo:
        """The zone times of a workspace are shown in."""
        found = self.access.in_workspace(workspace_id)
        return resolve_zone(found.timezone if found else None)

    def lead_zone(self, lead: Lead) -> ZoneInfo:
        """The zone a later send is planned in: the lead's own, the workspace's while that is not known."""
        found = self.access.in_workspace(lead.workspace_id)
        return resolve_zone(lead.timezone, found.timezone if found else None)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the list."""
        return resolve_zone(self.workspace.timezone if self.workspace else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TabLink:
    """One entry of the tab list."""

    key: str
    label: str
    icon: str
    href: str
    count: Any
    current: bool


def scope_of(request: HttpRequest, workspace_id: UUID | None) -> Scope:
    """The scope a fragment's address names; without a workspace, all of them."""
    access = access_in(request)
    if workspace_id is None:
        return Scope(access=access, workspace=None)
    return Scope(access=access, workspace=require(access, "workspace.open", workspace_id))


def access_in(request: HttpRequest) -> Access:
    """The access the declaration resolved."""
    access: Access = request.access  # type: ignore[attr-defined]
    return access


def lead_in(scope: Scope, lead_id: UUID, action: str = "lead.view") -> Lead:
    """The lead, if this person may do that with it here; everything else answers like a missing id."""
    leads = Lead.objects.visible_to(scope.access).select_related("assigned_to", "email_campaign", "sms_campaign")
    if scope.workspace is not None:
        leads = leads.in_workspace(scope.workspace.workspace_id)
    lead = leads.filter(pk=lead_id).defer("search_vector").first()
    if lead is None:
        raise NotVisible
    require(scope.access, action, lead.workspace_id, lead)
    return lead


def list_context(scope: Scope, query: QueryDict, *, now: datetime) -> dict[str, Any]:
    """The list pane: one page of rows with its filters."""
    page = load_list(scope.access, list_params(scope, query), now=now)
    return {
        "scope": scope,
        "page": page,
        "now": now,
        "zone": scope.zone,
        "list_query": list_query(query),
        "search": query.get("search", ""),
        "filtered": _is_filtered(page),
        "tab": page.filters.tab.value,
        "tab_label": gettext(page.filters.tab.label),
        "caught_up": page.filters.tab in WORK_TABS,
        "selected_id": None,
        **bulk_context(scope),
        "bulk_run": _open_run(scope),
        **filter_context(scope.access, page.filters, query),
    }


def bulk_context(scope: Scope) -> dict[str, Any]:
    """What may be done for many leads, grouped for the menu; nothing outside one active workspace."""
    found = scope.workspace
    if found is None or not may_choose_many(scope):
        return {"bulk": None}
    allowed = [action for action in bulk_actions() if can(scope.access, action.permission, found.workspace_id)]
    groups = [
        (action.group, [(f"{action.key}:{value}", label) for value, label in action.choices(found.workspace_id)])
        for action in allowed
    ]
    return {"bulk": [(group, entries) for group, entries in groups if entries]}


def may_choose_many(scope: Scope) -> bool:
    """Whether rows have a mark: in one active workspace, for those who run bulk work."""
    return scope.workspace is not None and can(scope.access, "bulk.run", scope.workspace.workspace_id)


def _open_run(scope: Scope) -> UUID | None:
    if scope.workspace is None or not may_choose_many(scope):
        return None
    run = open_run(scope.workspace.workspace_id, scope.access.user_id)
    return run.pk if run else None


def list_params(scope: Scope, query: QueryDict) -> dict[str, Any]:
    """The list's parameters of a link; links carry more than those."""
    params: dict[str, Any] = {key: values for key, values in query.lists() if key in KEYS and key != "clientId"}
    if scope.workspace is not None:
        params["clientId"] = str(scope.workspace.workspace_id)
    return params


def tabs_context(scope: Scope, query: QueryDict, tab: str, *, now: datetime) -> dict[str, Any]:
    """The tab list with its badges; `counts_delayed` when they could not be read in time."""
    workspace = scope.workspace.workspace_id if scope.workspace else None
    counts = get_counts(scope.access, workspace, query.get("assigned") or None, now=now)
    return {
        "tabs": [
            TabLink(
                key=one.value,
                label=gettext(TAB_SHORT.get(one, one.label)),
                icon=TAB_ICONS[one],
                href=f"/?{link_query(scope, query, tab=one.value)}",
                count=(counts or {}).get(COUNT_NAMES[one]),
                current=one.value == tab,
            )
            for one in Tab
        ],
        "counts_delayed": counts is None,
        "saved_views": views_of(scope.access, workspace),
        "current_view": _canonical(query, tab) if tab else None,
        "list_query": list_query(query),
    }


def _canonical(query: QueryDict, tab: str) -> str:
    return view_query(clean_params({**dict(query.lists()), "tab": [tab]}))


def conversation_context(
    request: HttpRequest,
    scope: Scope,
    lead: Lead,
    *,
    now: datetime,
    channel: str | None = None,
    draft_id: UUID | None = None,
    before: UUID | None = None,
    section: str = "",
) -> dict[str, Any]:
    """Thread, station and drawer of one lead."""
    station = load_station(lead, channel=channel, draft_id=draft_id, now=now)
    about = lead_context(request, scope, lead, now=now)
    sees_notes = about["able"]["see_notes"]
    return {
        **about,
        "thread": load_thread(lead, zone=about["zone"], now=now, before=before, with_notes=sees_notes),
        **station_context(request, station),
        **drawer_context(request, scope, lead, now=now, section=section),
    }


def lead_context(request: HttpRequest, scope: Scope, lead: Lead, *, now: datetime) -> dict[str, Any]:
    """What every fragment of a lead needs: who, where, what may be done."""
    found = scope.access.in_workspace(lead.workspace_id)
    return {
        "scope": scope,
        "lead": lead,
        "lead_workspace": found,
        "prefix": f"/w/{lead.workspace_id}/inbox",
        "able": {name: can(scope.access, action, lead.workspace_id, lead) for name, action in ABILITIES.items()},
        "suspended": found is not None and found.status != "active",
        "now": now,
        "zone": scope.zone_of(lead.workspace_id),
        "lead_zone": scope.lead_zone(lead),
        "latest_later": now + MAX_SEND_LATER,
        "latest_snooze": now + MAX_SNOOZE,
        "later_choices": later_choices(now, scope.lead_zone(lead)),
        "waiting": waiting_for(lead.last_inbound_at, now) if lead.is_open and lead.last_inbound_at else "",
        "snoozed": is_snoozed(lead, now),
        "snooze_days": SNOOZE_DAYS,
        "list_query": list_query(request.GET),
    }


def station_context(request: HttpRequest, station: Station, **typed: Any) -> dict[str, Any]:
    """The station with what the person had typed, when it comes back from a refusal or an undo."""
    draft, held = station.draft, station.held
    offered = held if held and not (draft or held.draft_id or typed) else None
    if offered is not None:
        # A held text is in the editor again, with what it was addressed to.
        typed = typed_for(offered)
    preference = (
        UserPreference.objects.filter(user_id=access_in(request).user_id).only("enter_sends", "undo_seconds").first()
    )
    return {
        "station": station,
        "text": typed.get("content", draft.content if draft else ""),
        "subject": typed.get("subject", draft.subject if draft else ""),
        "to": typed.get("to", station.to_options[0] if station.to_options else ""),
        "cc": typed.get("cc", ", ".join(station.cc)),
        "cc_before": ", ".join(station.cc),
        "restored": bool(typed) and offered is None,
        "held_again": offered,
        "can_insert_link": can_insert_link(),
        "idempotency_key": (held_key(offered) if offered else None) or station.idempotency_key,
        "enter_sends": preference is None or preference.enter_sends,
        "undo_seconds": 10 if preference is None else preference.undo_seconds,
    }


def typed_for(order: SendOrder) -> dict[str, Any]:
    """An order as its text stood in the composer; a recipient or CC nobody changed is left to the station."""
    typed: dict[str, Any] = {"content": order.body, "subject": order.subject or ""}
    typed |= {"to": order.to_override} if order.to_override else {}
    return typed | ({"cc": ", ".join(order.cc)} if order.cc is not None else {})


def note_form(**typed: Any) -> dict[str, Any]:
    """What the form of a new note needs; its id makes a repeated submit the same note."""
    return {"note_composer": True, "note_id": uuid.uuid4(), "max_note": MAX_NOTE_CHARS, "note_text": "", **typed}


def drawer_context(
    request: HttpRequest, scope: Scope, lead: Lead, *, now: datetime, section: str = ""
) -> dict[str, Any]:
    """The drawer's sections this person may see, each with its own context; `section` asks for one."""
    shown = [
        {"section": one, "data": one.load(request, lead)}
        for one in drawer_sections()
        if (not section or one.key == section)
        and one.shown(lead)
        and can(scope.access, one.action, lead.workspace_id, lead)
    ]
    return {
        "sections": shown,
        "statuses": LeadStatus.choices,
        "sentiments": [tag for tag in CURRENT_TAGS if tag != SentimentTag.SNOOZED],
    }


def list_query(query: QueryDict) -> str:
    """The list's parameters to carry along, without the page's place."""
    kept = QueryDict(mutable=True)
    for key in LIST_KEYS:
        kept.setlist(key, [value for value in query.getlist(key) if value])
    return kept.urlencode()


def link_query(scope: Scope, query: QueryDict, **changes: str) -> str:
    """A link of the shell to the same list with changes."""
    kept = QueryDict(list_query(query), mutable=True)
    kept["view"], kept["clientId"] = "inbox", scope.key
    for key, value in changes.items():
        kept[key] = value
    return kept.urlencode()


def uuid_or_none(value: str | None) -> UUID | None:
    """Malformed ids are treated as absent."""
    try:
        return UUID(value) if value else None
    except ValueError:
        return None


def moment() -> datetime:
    """Now, once per request."""
    return timezone.now()


def fragment(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A rendered page or fragment that nobody keeps."""
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _is_filtered(page: ListPage) -> bool:
    filters = page.filters
    return bool(
        filters.channels
        or filters.sentiments
        or filters.score
        or filters.sms_campaign
        or filters.assigned
        or filters.status
        or filters.workspaces
        or filters.search.filters
    )
