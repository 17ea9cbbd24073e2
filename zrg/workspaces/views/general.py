"""The tab General: the workspace itself, and what happens by itself."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.decorators import person_of, requires
from zrg.workspaces.forms.columns import Column, ColumnGroup, DatesField
from zrg.workspaces.forms.reply_targets import ReplyTargetsField
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.models import Workspace, WorkspaceSettings
from zrg.workspaces.registry import SectionState
from zrg.workspaces.services.workspaces import MAX_NAME, rename_workspace
from zrg.workspaces.settings_columns import ColumnsPage, columns_section, page_url, show
from zrg.workspaces.validators import TIMEZONES

TAB = "general"
EDIT = "settings.edit_general"
RENAMED_MEANWHILE = _("Somebody renamed the workspace meanwhile. Nothing was saved; the name now is {name}.")


def _zone() -> forms.Field:
    return forms.ChoiceField(choices=[(name, name.replace("_", " ")) for name in sorted(TIMEZONES)])


def _clock() -> forms.Field:
    return forms.CharField(max_length=5, widget=forms.TimeInput(attrs={"type": "time"}))


def _name(request: HttpRequest, row: WorkspaceSettings) -> Mapping[str, Any]:
    return {"name": Workspace.objects.values_list("name", flat=True).get(pk=row.workspace_id), "max_name": MAX_NAME}


@requires(EDIT)
def rename(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """A new name of the workspace; 409 when it has another one by now than the form showed."""
    refuse_unknown(request, {"name", "was"})
    workspace = Workspace.objects.get(pk=workspace_id)
    typed = request.POST.get("name", "")
    try:
        changed = rename_workspace(workspace, typed, was=request.POST.get("was", ""), by=person_of(request))
    except BadInput as refused:
        return show(request, workspace_id, PAGE, status=422, typed_name=typed, name_problem=str(refused))
    except Conflict:
        told = gettext(RENAMED_MEANWHILE).format(name=workspace.name)
        return show(request, workspace_id, PAGE, status=409, typed_name=typed, name_problem=told)
    if changed:
        messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(page_url(workspace_id, PAGE))


PAGE = ColumnsPage(
    tab=TAB,
    key="workspace",
    title=_("Workspace"),
    purpose=_("Name, brand, time zone and hours, facts about the company"),
    position=10,
    action=EDIT,
    template="zrg/settings/workspace.html",
    effect=_("Takes effect at once."),
    more=_name,
    acts={"name": rename},
    groups=(
        ColumnGroup(
            title=_("Brand"),
            side_by_side=True,
            columns=(
                Column(
                    name="brand_name",
                    label=_("Brand name"),
                    hint=_("Shown to your people in place of the workspace's name."),
                ),
                Column(
                    name="brand_logo_url",
                    label=_("Address of a logo"),
                    hint=_("Starts with https://. A picture under Logo goes before it."),
                ),
            ),
        ),
        ColumnGroup(
            title=_("Time zone and hours"),
            side_by_side=True,
            note=_(
                "Times on pages are shown in this zone. The hours, Monday to Friday, are those of the schedule "
                "“business hours”; a lead with a zone of its own is answered in it."
            ),
            columns=(
                Column(name="timezone", label=_("Time zone"), make=_zone),
                Column(name="work_start_time", label=_("Work starts"), make=_clock),
                Column(
                    name="work_end_time", label=_("Work ends"), hint=_("Before the start: the next day."), make=_clock
                ),
            ),
        ),
        ColumnGroup(
            title=_("Company facts"),
            columns=(
                Column(name="company_name", label=_("Company"), hint=_("Whom drafts write for.")),
                Column(
                    name="target_result",
                    label=_("Result a client gets"),
                    hint=_("Kept for message templates; drafts of answers do not read it."),
                    rows=2,
                ),
            ),
        ),
    ),
)

AUTOMATION = ColumnsPage(
    tab=TAB,
    key="automation",
    title=_("Automation"),
    purpose=_("What happens by itself when a reply arrives or a meeting is booked"),
    position=20,
    action=EDIT,
    groups=(
        ColumnGroup(
            title=_("When a reply arrives"),
            columns=(
                Column(
                    name="auto_blacklist",
                    label=_("Blacklist whom a model reads as an opt-out"),
                    hint=_(
                        "Off: a person gets a task to read the reply and decide. Clear words such as “unsubscribe” "
                        "blacklist at once, on or off."
                    ),
                ),
                Column(
                    name="auto_follow_ups_on_reply",
                    label=_("Turn follow-ups on for leads that answer positively"),
                    hint=_("Off: a person turns them on at the lead."),
                ),
                Column(
                    name="flag_uncertain_replies",
                    label=_("Post answers that need a look in Slack"),
                    hint=_("Off: they wait in the inbox under Needs review, without a message to anybody."),
                ),
            ),
        ),
        ColumnGroup(
            title=_("When a meeting was booked by itself"),
            columns=(
                Column(
                    name="auto_approve_meetings",
                    label=_("Send the confirmation without a person"),
                    hint=_(
                        "Off: the answer that names the booked time waits as a draft. It concerns automatic booking "
                        "only, which is switched on under Booking."
                    ),
                ),
            ),
        ),
    ),
)

REPLY_TIMES = ColumnsPage(
    tab=TAB,
    key="reply-times",
    title=_("Reply times"),
    purpose=_("How soon a reply should be answered, and when people hear that it was not"),
    position=15,
    action=EDIT,
    effect=_("Replies that wait now are counted anew within a minute."),
    groups=(
        ColumnGroup(
            title=_("Answer within"),
            note=_(
                "Counted in the hours of the workspace, Monday to Friday, from the lead's latest message. The list "
                "shows what is left and can be ordered by it. A reply that is still open when its time is over is told "
                "once, where notices of this workspace go."
            ),
            columns=(
                Column(
                    name="reply_targets",
                    label=_("Minutes for each sentiment"),
                    hint=_("Blank: no reply time. All blank: off."),
                    make=ReplyTargetsField,
                ),
            ),
        ),
    ),
)

FOLLOW_UPS = ColumnsPage(
    tab=TAB,
    key="follow-ups",
    title=_("Follow-ups"),
    purpose=_("When sequences wait, and what they leave to other tools"),
    position=28,
    action=EDIT,
    template="zrg/settings/follow_ups.html",
    effect=_("Takes effect for the next step that is due."),
    groups=(
        ColumnGroup(
            title=_("While a lead is away"),
            columns=(
                Column(
                    name="pause_for_ooo",
                    label=_("Wait for leads that are out of office"),
                    hint=_("Until the day they named, else three days. Off: their sequence goes on."),
                ),
            ),
        ),
        ColumnGroup(
            title=_("Days without follow-ups"),
            columns=(
                Column(
                    name="follow_up_blackout_dates",
                    label=_("Days, one per line"),
                    hint=_(
                        "As 2026-12-31, in the workspace's time zone. What would leave on one of them leaves on the "
                        "next working day. At most 366; people can always write."
                    ),
                    make=partial(DatesField, required=False),
                    rows=6,
                ),
            ),
        ),
        ColumnGroup(
            title=_("Other tools"),
            columns=(
                Column(
                    name="airtable_mode",
                    label=_("E-mails of sequences are sent by another tool"),
                    hint=_("On: e-mail steps are passed over, texts and LinkedIn still leave."),
                ),
            ),
        ),
    ),
)

SECTIONS = tuple(map(columns_section, (PAGE, REPLY_TIMES, AUTOMATION, FOLLOW_UPS)))


def section_states(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """The time zone, for the tab's page."""
    zone = WorkspaceSettings.objects.filter(workspace_id=workspace_id).values_list("timezone", flat=True).first()
    return {PAGE.key: SectionState(text=zone.replace("_", " "))} if zone else {}
