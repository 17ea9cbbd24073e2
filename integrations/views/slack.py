"""Where notifications go in Slack, who approves there, and trying it out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from integrations.enums import Provider
from integrations.env import slack_bot_token
from integrations.forms.slack import SlackChoicesForm
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.rules.approvers import read_approvers
from integrations.rules.setup import TOOLS_GROUP
from integrations.rules.standing import trouble
from integrations.services.clients import get_client
from integrations.services.connecting import PATIENCE_SECONDS
from integrations.services.slack import list_channels, list_members, post_to_channel
from integrations.slack import client as slack
from integrations.transport import within
from integrations.views.connections import CHANGED_MEANWHILE, TAB
from zrg.lib.errors import Conflict
from zrg.workspaces.access import can, context_of, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.services.settings import change_settings
from zrg.workspaces.settings_frame import settings_page

KEY = "slack-channels"
EDIT = "settings.edit_notifications"
TEST_TEXT = "A test of ZRG: notifications of this workspace arrive in this channel."

_NOTHING = ProviderResult(outcome="ok", data=())


@requires("settings.view", transaction=False)
def choices(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The channels and people of the workspace's Slack, and the save of what was chosen."""
    access = access_of(request)
    may_edit = can(access, EDIT, workspace_id)
    if request.method == "POST":
        require(access, EDIT, workspace_id)
        require(access, "settings.edit_ai", workspace_id)
    channels, members = _lists(request, workspace_id, may_edit=may_edit)
    with context_of(access):
        row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
        shown: dict[str, Any] = {"channels": channels.data or (), "members": members.data or ()}
        form = SlackChoicesForm(request.POST or None, row=row, read_only=not may_edit, **shown)
        problem = next((one for one in (channels, members) if not one.ok), None)
        context: dict[str, Any] = {"problem": trouble("Slack", problem.code or "", problem.message) if problem else ""}
        if request.method != "POST":
            return _page(request, workspace_id, form, **context)
        if not form.is_valid():
            return _page(request, workspace_id, form, status=422, **context)
        try:
            change_settings(
                row, form.changes(), by=person_of(request), version=form.cleaned_data["version"], access=access
            )
        except Conflict:
            row.refresh_from_db()
            fresh = SlackChoicesForm(row=row, **shown)
            return _page(request, workspace_id, fresh, status=409, conflict=gettext(CHANGED_MEANWHILE), **context)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(_url(workspace_id))


@requires(EDIT, transaction=False)
def refresh(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Ask Slack for channels and people again instead of showing what was remembered for an hour."""
    with within(PATIENCE_SECONDS):
        results = [list_channels(workspace_id, refresh=True), list_members(workspace_id, refresh=True)]
    problem = next((one for one in results if not one.ok), None)
    _tell(request, problem or results[0], gettext("The list is fresh."))
    return HttpResponseRedirect(_url(workspace_id))


@requires(EDIT, transaction=False)
def join(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Let the bot join a public channel."""
    with within(PATIENCE_SECONDS):
        result = get_client(workspace_id, slack.SPEC).join_channel(request.POST.get("channel", ""))
        if result.ok:
            list_channels(workspace_id, refresh=True)
    _tell(request, result, gettext("The bot has joined."))
    return HttpResponseRedirect(_url(workspace_id))


@requires(EDIT, transaction=False)
def test_post(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Post one sentence to a channel; a public one is joined for it."""
    with within(PATIENCE_SECONDS):
        result = post_to_channel(workspace_id, request.POST.get("channel", ""), TEST_TEXT)
    _tell(request, result, gettext("Posted. Look into the channel."))
    return HttpResponseRedirect(_url(workspace_id))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many channels and approvers are chosen, for the tab's page."""
    row = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
    found = row.values_list("notification_slack_channel_ids", "slack_auto_send_approval_recipients").first()
    chosen_channels, stored = found or ((), None)
    channels = len(chosen_channels)
    approvers = len([entry for entry in read_approvers(stored).entries if not entry.is_channel])
    chosen = [text for number, text in ((channels, _channels(channels)), (approvers, _approvers(approvers))) if number]
    return {KEY: SectionState(text=", ".join(chosen) or gettext("Nothing chosen"))}


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Slack channels and approvals"),
    purpose=_("Where notifications go, who approves answers in Slack"),
    group=TOOLS_GROUP,
    columns=("notification_slack_channel_ids", "slack_auto_send_approval_recipients"),
    position=75,
    action=EDIT,
    view=choices,
    acts={"refresh": refresh, "join": join, "test-post": test_post},
)


def _lists(request: HttpRequest, workspace_id: UUID, *, may_edit: bool) -> tuple[ProviderResult, ProviderResult]:
    """Channels and people; nobody who may only look makes us call Slack."""
    with context_of(access_of(request)):
        connected = Connection.objects.in_workspace(workspace_id).of(Provider.SLACK).active().exists()
    if not connected or not may_edit:
        return _NOTHING, _NOTHING
    with within(PATIENCE_SECONDS):
        return list_channels(workspace_id), list_members(workspace_id)


def _page(
    request: HttpRequest, workspace_id: UUID, form: SlackChoicesForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    connected = Connection.objects.in_workspace(workspace_id).of(Provider.SLACK).active().exists()
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="integrations/settings/slack_channels.html",
        status=status,
        form=form,
        connected=connected,
        asks_for_reviews=WorkspaceSettings.objects.filter(
            workspace_id=workspace_id, flag_uncertain_replies=True
        ).exists(),
        has_platform_bot=bool(slack_bot_token()),
        acts_url=_url(workspace_id),
        **context,
    )


def _channels(n: int) -> str:
    return ngettext("{n} channel", "{n} channels", n).format(n=n)


def _approvers(n: int) -> str:
    return ngettext("{n} approver", "{n} approvers", n).format(n=n)


def _tell(request: HttpRequest, result: ProviderResult, done: str) -> None:
    if result.ok:
        messages.success(request, done)
    else:
        messages.error(request, trouble("Slack", result.code or "", result.message))


def _url(workspace_id: UUID) -> str:
    return reverse("settings_section", args=[workspace_id, TAB, KEY])
