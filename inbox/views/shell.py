"""The application shell: `/` with its deep links."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from booking.registry import booking_links
from inbox.services.opening import open_conversation
from inbox.views.context import (
    Scope,
    access_in,
    conversation_context,
    fragment,
    list_context,
    moment,
    note_form,
    tabs_context,
    uuid_or_none,
)
from integrations.enums import EMAIL_PROVIDERS, ConnectionStatus, Provider
from integrations.models import Connection
from leads.models import Lead
from leads.navigation import lead_pages
from leads.services.merging import survivor_of
from zrg.workspaces.access import Access, can
from zrg.workspaces.context import tenant
from zrg.workspaces.decorators import person_of, requires
from zrg.workspaces.models import UserPreference
from zrg.workspaces.rules.deep_links import DEFAULT_TAB, ActiveWorkspace, DeepLink
from zrg.workspaces.services.active_workspace import resolve_active_workspace
from zrg.workspaces.settings_frame import tab_url
from zrg.workspaces.setup import inbox_setup

CHANNEL_NAMES = (_("E-mail"), "SMS", "LinkedIn")
CHANNEL_PROVIDERS = {
    **{Provider(one): _("E-mail") for one in EMAIL_PROVIDERS},
    Provider.GHL: "SMS",
    Provider.UNIPILE: "LinkedIn",
}
LATER_VIEWS = {
    "followups": _("Follow-ups"),
    "analytics": _("Analytics"),
    "insights": _("Insights"),
}


# Everybody signed in may come here: without a workspace the page says so, and every list and lead it
# shows is asked for by its own action.
@requires("self.sessions")
def home(request: HttpRequest) -> HttpResponse:
    """The three panes, or one of them on a phone; everything the link names is open at once."""
    access = access_in(request)
    link, active = resolve_active_workspace(
        access, request.GET.dict(), lead_workspace_of=lambda lead_id: _workspace_of(request, lead_id)
    )
    if active.workspace_id is None:
        return fragment(request, "inbox/no_workspace.html", {"may_create": access.platform is not None})
    if link.view == "settings":
        return _to_settings(request, link, active)
    return fragment(request, "inbox/shell.html", shell_context(request, link, active))


def shell_context(request: HttpRequest, link: DeepLink, active: ActiveWorkspace, **typed: Any) -> dict[str, Any]:
    """Everything the whole page prints."""
    access, now = access_in(request), moment()
    everywhere = link.all_workspaces and len(access.by_workspace) > 1
    assert active.workspace_id is not None
    current = access.by_workspace[active.workspace_id]
    scope = Scope(access=access, workspace=None if everywhere else current)
    context: dict[str, Any] = {
        "link": link,
        "scope": scope,
        "active": current,
        "workspaces": list(access.by_workspace.values()),
        "notice": active.notice,
        "banners": channel_banners(access, current.workspace_id),
        "without_calendar": without_calendar(access),
        "later_view": gettext(LATER_VIEWS.get(link.view, "")),
        "setup": inbox_setup(request, access, current.workspace_id),
        "setup_url": reverse("settings_section", args=[current.workspace_id, "general", "setup"]),
        "settings_url": tab_url(current.workspace_id, DEFAULT_TAB),
        "can_connect": can(access, "settings.edit_integrations", current.workspace_id),
        "may_create_workspaces": access.platform is not None,
        "can_admin": can(access, "admin.open", current.workspace_id),
        "can_ai_ops": can(access, "aiops.view", current.workspace_id),
        "lead_pages": lead_pages(access, current.workspace_id),
        "view": link.view,
        "is_phone_thread": link.lead_id is not None,
        "conversation": None,
        "shortcuts": wants_shortcuts(access.user_id),
    }
    if link.view != "inbox":
        return {**context, **tabs_context(scope, request.GET, "", now=now)}
    lead = _linked_lead(link, scope, current.workspace_id)
    if lead is not None:
        # Before the list is read: its row is not unread any more.
        open_conversation(lead, person_of(request), now=now)
    rows = list_context(scope, request.GET, now=now)
    context |= {**rows, **tabs_context(scope, request.GET, rows["tab"], now=now)}
    if lead is not None:
        if lead.pk != link.lead_id:
            context["notice"] = context["notice"] or gettext(
                "That lead was merged: this is the conversation that stayed"
            )
        context |= conversation_context(
            request,
            scope,
            lead,
            now=now,
            draft_id=link.draft_id,
            channel=request.GET.get("channel"),
            before=uuid_or_none(request.GET.get("before")),
        )
        context |= {"conversation": lead, "selected_id": lead.pk, "focus_editor": link.focus_editor}
        if request.GET.get("compose") == "note" and context["able"]["note"] and not context["suspended"]:
            context |= note_form()
        context |= typed
    elif link.lead_id is not None:
        context["notice"] = context["notice"] or gettext("That conversation is not available to you")
    return context


def _to_settings(request: HttpRequest, link: DeepLink, active: ActiveWorkspace) -> HttpResponse:
    assert active.workspace_id is not None
    if active.notice:
        messages.info(request, active.notice)
    return HttpResponseRedirect(tab_url(active.workspace_id, link.settings_tab))


def channel_banners(access: Access, workspace_id: UUID) -> list[dict[str, Any]]:
    """What stands above the panes while a channel cannot send; who may change it gets the way there.

    E-mail is missed also when nothing was ever connected; SMS and LinkedIn only when they were.
    """
    rows = Connection.objects.in_workspace(workspace_id).filter(provider__in=CHANNEL_PROVIDERS, is_active=True)
    status: dict[str, str] = {}
    for provider, found in rows.values_list("provider", "status"):
        status[CHANNEL_PROVIDERS[Provider(provider)]] = found
    down = [name for name in CHANNEL_NAMES if status.get(name) == ConnectionStatus.DISCONNECTED]
    missing = ["E-mail"] if "E-mail" not in status else []
    can_connect = can(access, "settings.edit_integrations", workspace_id)
    return [_banner(name, workspace_id, was=name in down, can_connect=can_connect) for name in [*missing, *down]]


def _banner(channel: str, workspace_id: UUID, *, was: bool, can_connect: bool) -> dict[str, Any]:
    if not can_connect:
        text = gettext("{channel} is not connected right now: replies cannot be sent. An admin can change that.")
        return {"text": text.format(channel=gettext(channel))}
    text = gettext("No e-mail provider is connected.")
    if was:
        text = gettext("{channel} is disconnected: replies cannot be sent.").format(channel=gettext(channel))
    return {
        "text": text,
        "act": gettext("Reconnect") if was else gettext("Connect"),
        "url": tab_url(workspace_id, "integrations"),
    }


def wants_shortcuts(user_id: UUID) -> bool:
    """Whether single keys act for this person; they do until turned off in the account."""
    wants = UserPreference.objects.filter(user_id=user_id).values_list("shortcuts", flat=True).first()
    return wants is not False


def without_calendar(access: Access) -> Collection[UUID]:
    """Workspaces of the selector that have no default calendar; none while no app keeps calendars."""
    source = booking_links()
    return source.without_default(list(access.by_workspace)) if source else ()


def _workspace_of(request: HttpRequest, lead_id: UUID) -> UUID | None:
    leads = Lead.objects.visible_to(access_in(request)).filter(pk=lead_id)
    return leads.values_list("workspace_id", flat=True).first()


def _linked_lead(link: DeepLink, scope: Scope, workspace_id: UUID) -> Lead | None:
    """The lead a link names, or the one it was merged into since the link was made."""
    if link.lead_id is None:
        return None
    leads = Lead.objects.visible_to(scope.access).select_related("assigned_to", "email_campaign", "sms_campaign")
    lead = leads.filter(pk=link.lead_id).defer("search_vector").first()
    if lead is not None:
        return lead
    with tenant(workspace_id):
        # What was merged away has no row that a setter's own context could see it by.
        survivor_id = survivor_of(workspace_id, link.lead_id)
    return leads.filter(pk=survivor_id).defer("search_vector").first() if survivor_id != link.lead_id else None
