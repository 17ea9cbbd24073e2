"""The figures of auto-send, and whom they are shown to."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from inbox.rules.autosend.reasons import decision_sentence
from inbox.services.autosend.figures import DEFAULT_DAYS, MAX_DAYS, Counted, auto_send_figures
from inbox.views.ai_ops import COST, VIEW
from inbox.views.autosend_proposals import proposals_for
from inbox.views.context import fragment, moment, uuid_or_none
from leads.models import EmailCampaign, SmsCampaign
from zrg.lib.errors import BadInput
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, requires
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.switches import SwitchState, switch_states

PERIODS = (1, 7, 30, 90, 365)
MAX_CHOICES = 200
SWITCHES = (
    SwitchKey.OUTBOUND_DISABLED,
    SwitchKey.AI_DISABLED,
    SwitchKey.AUTO_SEND_DISABLED,
    SwitchKey.AUTO_SEND_REVISION_DISABLED,
)
SOURCES = {"environment": "environment", "row": "switch of the platform", "default": "not set"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a query asks for."""

    days: int = DEFAULT_DAYS
    campaign_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pill:
    """One switch: whether it stops, and who said so."""

    about: str
    stops: bool
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A code in words, with its count."""

    action: str
    words: str
    count: int


@require_GET
@requires(VIEW)
def figures(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The page; without JavaScript and without text of anybody."""
    access = access_of(request)
    workspace = require(access, VIEW, workspace_id)
    assert workspace is not None
    asked = read_query(request.GET)
    found = auto_send_figures(workspace_id, now=moment(), days=asked.days, campaign_id=asked.campaign_id)
    context = {
        "workspace": workspace,
        "workspace_id": workspace_id,
        "inbox_url": f"/?view=inbox&clientId={workspace_id}",
        "figures": found,
        "tallest": max((bar.count for bar in found.histogram), default=0),
        "judged": sum(bar.count for bar in found.histogram),
        "decisions": [_line(one) for one in found.decisions],
        "cancels": [_line(one) for one in found.cancels],
        "revisions": (("72 hours", found.revision_recent), (_days(asked.days), found.revision)),
        "shares": (("Channel", found.by_channel), ("Campaign", found.by_campaign)),
        "pills": _pills(workspace_id),
        "asked": asked,
        "periods": [(days, _days(days)) for days in sorted({*PERIODS, asked.days})],
        "campaigns": _campaigns(workspace_id),
        "proposals": proposals_for(access, workspace_id, asked.campaign_id, moment()),
        "with_cost": can(access, COST, workspace_id),
    }
    return fragment(request, "inbox/autosend.html", context)


def read_query(query: Mapping[str, str]) -> Asked:
    """Days within their bounds, and a campaign; anything else is refused by name."""
    days, campaign = query.get("days", ""), query.get("campaignId", "")
    if days and not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= MAX_DAYS):
        raise BadInput(
            gettext("days is a number from 1 to {max_days}.").format(max_days=MAX_DAYS),
            code="bad_input",
            field="days",
            http_status=400,
        )
    campaign_id = uuid_or_none(campaign)
    if campaign and campaign_id is None:
        raise BadInput(gettext("campaignId is no id."), code="bad_input", field="campaignId", http_status=400)
    return Asked(days=int(days or DEFAULT_DAYS), campaign_id=campaign_id)


def auto_send_switches() -> list[SwitchState]:
    """The platform switches that reach auto-send, the widest first."""
    states = {state.key: state for state in switch_states()}
    return [states[key] for key in SWITCHES]


def _pills(workspace_id: UUID) -> list[Pill]:
    own = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    platform = [
        Pill(
            about=gettext(SwitchKey(state.key).label),
            stops=state.value,
            text=gettext("yes") if state.value else gettext("no"),
            source=SOURCES[state.source],
        )
        for state in auto_send_switches()
    ]
    tripped = own.auto_send_tripped_reason if own.auto_send_tripped_at else ""
    return [
        *platform,
        Pill(
            about=gettext("Automatic sending here"),
            stops=not own.auto_send_enabled,
            text="allowed" if own.auto_send_enabled else f"off{': ' + tripped if tripped else ''}",
            source="tripwire" if tripped else gettext("settings of the workspace"),
        ),
        Pill(
            about=gettext("Improving drafts here"),
            stops=not own.auto_send_revision_enabled,
            text="on" if own.auto_send_revision_enabled else "off",
            source=gettext("super admin"),
        ),
    ]


def _campaigns(workspace_id: UUID) -> list[tuple[UUID, str]]:
    rows = [
        row
        for model in (EmailCampaign, SmsCampaign)
        for row in model.objects.in_workspace(workspace_id).order_by("name").values_list("pk", "name")[:MAX_CHOICES]
    ]
    return sorted(rows, key=lambda row: row[1].lower())


def _line(one: Counted) -> Line:
    return Line(action=one.code.replace("_", " ").capitalize(), words=decision_sentence(one.reason), count=one.count)


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
