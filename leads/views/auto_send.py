"""Auto-send in the settings: the workspace's switch, when it sends, and what stops it elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from leads.services.campaign_list import count_campaigns
from zrg.workspaces.access import can
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.forms.columns import Column, ColumnGroup
from zrg.workspaces.forms.schedule import ScheduleField
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState
from zrg.workspaces.settings_columns import ColumnsPage, columns_section
from zrg.workspaces.switches import SwitchState, switch_states

TAB = "ai"
# The stops that reach auto-send, the widest first, and what each of them stops.
STOPS = {
    SwitchKey.OUTBOUND_DISABLED: _("Everything that leaves"),
    SwitchKey.AI_DISABLED: _("All model calls"),
    SwitchKey.AUTO_SEND_DISABLED: _("Automatic sending"),
    SwitchKey.AUTO_SEND_REVISION_DISABLED: _("Revision of drafts"),
}
# A stopped revision leaves sending as it is.
_STOPS_SENDING = (SwitchKey.OUTBOUND_DISABLED, SwitchKey.AI_DISABLED, SwitchKey.AUTO_SEND_DISABLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pill:
    """One switch: what it is about, how it stands, who decides."""

    about: str
    text: str
    tone: str
    source: str


PAGE = ColumnsPage(
    tab=TAB,
    key="auto-send",
    title=_("Auto-send"),
    purpose=_("Whether and when answers may leave without a person"),
    group=_("Answering"),
    position=20,
    action="settings.edit_ai",
    asks_why=True,
    template="leads/settings/auto_send.html",
    groups=(
        ColumnGroup(
            title=_("Whether it sends"),
            columns=(
                Column(
                    name="auto_send_enabled",
                    label=_("Answers may leave without a person"),
                    hint=_(
                        "A campaign still has to be given to the machine. Off: it stops at once, also what is "
                        "scheduled; the drafts wait for people."
                    ),
                ),
                Column(
                    name="auto_send_skip_human_review",
                    label=_("Send also what the check wants a person to see"),
                    hint=_("Only above the threshold. A campaign may decide otherwise."),
                    confirm=_(
                        "I know that answers will leave which the check wanted a person to see. Opt-outs, "
                        "broken rules and the threshold still hold."
                    ),
                ),
                Column(
                    name="flag_uncertain_replies",
                    label=_("Post answers that need a look in Slack"),
                    hint=_("Off: they wait in the inbox under Needs review, without a message to anybody."),
                ),
            ),
        ),
        ColumnGroup(
            title=_("When it sends"),
            note=_("A campaign may have its own hours. What falls outside of them leaves at the next opening."),
            columns=(
                Column(name="auto_send_schedule_mode", label=_("Sending hours")),
                Column(
                    name="auto_send_custom_schedule",
                    label=_("Own hours"),
                    hint=_("Without days and hours, own hours count as business hours, never as always."),
                    make=ScheduleField,
                ),
            ),
        ),
    ),
)


def state_of(request: HttpRequest, row: WorkspaceSettings) -> Mapping[str, Any]:
    """What stands above the form: the conclusion, every switch with its source, and a trip."""
    counts = count_campaigns(row.workspace_id)
    stops = {state.key: state for state in switch_states() if state.key in STOPS}
    pills = [_stop_pill(stops[key], about) for key, about in STOPS.items()]
    return {
        "pills": [*pills, *_own_pills(row)],
        "conclusion": _conclusion(row, stops, counts.automatic),
        "sends": row.auto_send_enabled and counts.automatic and not _stopped(stops),
        "counts": counts,
        "tripped_at": row.auto_send_tripped_at if not row.auto_send_enabled else None,
        "tripped_reason": row.auto_send_tripped_reason.replace("_", " "),
        "can_see_figures": can(access_of(request), "aiops.view", row.workspace_id),
        "switches_url": reverse("admin:workspaces_operatorswitch_changelist") if access_of(request).platform else "",
        "cost_cap": row.ai_daily_cost_cap_usd,
    }


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """On, off, or switched off by itself, for the tab's page."""
    rows = WorkspaceSettings.objects.in_workspace(workspace_id)
    enabled, tripped = rows.values_list("auto_send_enabled", "auto_send_tripped_at").get()
    if not enabled and tripped:
        return {PAGE.key: SectionState(text=gettext("Switched itself off"), tone="bad")}
    return {
        PAGE.key: SectionState(text=gettext("Allowed"), tone="good")
        if enabled
        else SectionState(text=gettext("Off"), tone="warn")
    }


SECTION = columns_section(replace(PAGE, more=state_of))


def _stop_pill(state: SwitchState, about: str) -> Pill:
    if not state.value:
        return Pill(about=gettext(about), text=gettext("Not stopped"), tone="good", source=gettext("Installation"))
    source = (
        gettext("Environment of the installation")
        if state.source == "environment"
        else gettext("Switch of the platform")
    )
    return Pill(about=gettext(about), text=gettext("Stopped"), tone="bad", source=source)


def _own_pills(row: WorkspaceSettings) -> list[Pill]:
    sends = row.auto_send_enabled
    revises = row.auto_send_revision_enabled
    return [
        Pill(
            about=gettext("Automatic sending of this workspace"),
            text=gettext("Allowed") if sends else gettext("Off"),
            tone="good" if sends else "warn",
            source=gettext("This page"),
        ),
        Pill(
            about=gettext("Revision in this workspace"),
            text=gettext("On") if revises else gettext("Off"),
            tone="good" if revises else "quiet",
            source=gettext("Super admin"),
        ),
    ]


def _stopped(stops: Mapping[str, SwitchState]) -> bool:
    return any(stops[key].value for key in _STOPS_SENDING)


def _conclusion(row: WorkspaceSettings, stops: Mapping[str, SwitchState], automatic: int) -> str:
    if _stopped(stops):
        return gettext("Nothing is sent automatically: the platform has stopped it.")
    if not row.auto_send_enabled:
        return gettext("Nothing is sent automatically in this workspace.")
    if not automatic:
        return gettext("Nothing is sent automatically: setters answer all campaigns.")
    return ngettext(
        "Answers of {n} campaign may leave without a person.",
        "Answers of {n} campaigns may leave without a person.",
        automatic,
    ).format(n=automatic)
