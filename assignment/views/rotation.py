"""Settings → Integrations → Assignments: who rotates, in which order, and what waits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from assignment.errors import BackfillRunning, UnknownSetters
from assignment.forms.rotation import RotationDraft, read_draft
from assignment.services.assigning import leads_of_absent
from assignment.services.backfilling import LIMIT, backfill_assignments, is_backfilling, start_backfill
from assignment.services.rotation_config import MAX_SEQUENCE, save_rotation
from assignment.services.rotation_page import CAP, RotationView, count_waiting, read_page
from assignment.views.absent import absent_page, reassign
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import can, require
from zrg.workspaces.context import REPORT_TIMEOUT_MS
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.models import Workspace
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_url, section_url, settings_page

TAB = "integrations"
KEY = "assignments"
EDIT = "assignment.configure"
BACKFILL = "assignment.backfill"
SAVING = ("save", "save-dropping")


@requires("settings.view")
def rotation(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The form; an edit of the sequence (add, move, remove) shows the form again, only Save saves."""
    view = read_page(workspace_id)
    if request.method != "POST":
        return _page(request, workspace_id, view, _stored(view))
    require(access_of(request), EDIT, workspace_id)
    draft, act = read_draft(request.POST), request.POST.get("act", "save")
    if act not in SAVING:
        return _page(request, workspace_id, view, draft.edited(act, request.POST.get("person", "")))
    return _save(request, workspace_id, view, draft, drop=act == "save-dropping")


@requires(BACKFILL, timeout_ms=REPORT_TIMEOUT_MS)
def try_backfill(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """What a backfill would do now; writes nothing."""
    view, run = read_page(workspace_id), backfill_assignments(workspace_id, dry_run=True)
    names = {str(pk): view.people[email].name for email, pk in view.ids.items()}
    result = run.as_json()
    trial = {
        **result,
        "shares": [(names[pk], count) for pk, count in result["perSetter"].items()],
        "reasons": [(gettext(SKIPPED.get(reason, reason)), count) for reason, count in result["skipped"].items()],
    }
    return _page(request, workspace_id, view, _stored(view), trial=trial)


@requires(BACKFILL)
def backfill(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Queue the backfill; a second one while it runs is refused."""
    try:
        start_backfill(workspace_id, by=person_of(request))
    except BackfillRunning:
        view = read_page(workspace_id)
        return _page(
            request, workspace_id, view, _stored(view), status=409, problem=gettext("A backfill is running already.")
        )
    messages.success(request, gettext("Waiting leads are being assigned. It takes a few seconds."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How the rotation stands, for the tab's page."""
    view = read_page(workspace_id)
    active = len(set(view.rotation.effective))
    if not view.rotation.is_enabled:
        return {KEY: SectionState(text=gettext("Off"))}
    if not active:
        return {KEY: SectionState(text=gettext("Nobody is active"), tone="bad")}
    return {KEY: SectionState(text=ngettext("{n} setter", "{n} setters", active).format(n=active), tone="good")}


SKIPPED = {
    "channel": _("not an e-mail reply"),
    "disabled": _("round robin is off"),
    "no_setters": _("no setter is active"),
    "sequence_empty": _("nobody of the sequence is active"),
    "blacklisted": _("workspace or lead is stopped"),
}
SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Assignments"),
    purpose=_("Which setter gets a lead that shows interest"),
    group=_("Leads"),
    position=90,
    action=EDIT,
    view=rotation,
    acts={"backfill-trial": try_backfill, "backfill": backfill},
    item=absent_page,
    item_acts={"reassign": reassign},
    columns=("round_robin_enabled", "round_robin_email_only", "round_robin_setter_sequence"),
)


def _save(
    request: HttpRequest, workspace_id: UUID, view: RotationView, draft: RotationDraft, *, drop: bool
) -> HttpResponse:
    access = access_of(request)
    workspace = Workspace.objects.get(pk=workspace_id)
    with_people = "people" in request.POST
    if drop:
        members = [one.email for one in view.people.values() if one.is_member]
        draft = draft.with_only(members, with_people=with_people)
    try:
        save_rotation(
            workspace,
            draft.as_form(with_people=with_people),
            by=person_of(request),
            access=access,
            version=draft.version,
        )
    except UnknownSetters as refused:
        unknown: Any = refused.data["emails"]
        leaving = [one for one in unknown if one in draft.sequence]
        return _page(request, workspace_id, view, draft, status=422, unknown=unknown, leaving=leaving)
    except BadInput as refused:
        return _page(request, workspace_id, view, draft, status=422, problem=str(refused))
    except Conflict:
        fresh = replace(draft, version=view.version)
        changed = gettext("These settings changed meanwhile. Look at what stands here, then save again.")
        return _page(request, workspace_id, view, fresh, status=409, problem=changed)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


def _page(
    request: HttpRequest,
    workspace_id: UUID,
    view: RotationView,
    draft: RotationDraft,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    access = access_of(request)
    shares, upcoming = view.preview(draft.sequence)
    lost = view.lost(draft.sequence)
    # Whoever sees assigned leads only is told of no others.
    sees_waiting = workspace_id in access.ws_all
    absent = leads_of_absent(workspace_id).values("pk")[: CAP + 1].count() if sees_waiting else 0
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="assignment/settings/rotation.html",
        status=status,
        view=view,
        draft=draft,
        entries=list(enumerate(view.entries(draft.sequence))),
        last=len(draft.sequence) - 1,
        is_full=len(draft.sequence) >= MAX_SEQUENCE,
        is_changed=list(draft.sequence) != view.sequence,
        shares=shares,
        upcoming=upcoming,
        lost=lost,
        is_all_lost=len(lost) == len(set(draft.sequence)),
        sees_waiting=sees_waiting,
        waiting=count_waiting(workspace_id) if sees_waiting else 0,
        absent=absent,
        can_reassign=can(access, "lead.assign", workspace_id),
        cap=CAP,
        limit=LIMIT,
        absent_url=item_url(workspace_id, SECTION, "inactive"),
        acts_url=section_url(workspace_id, SECTION),
        can_backfill=can(access, BACKFILL, workspace_id),
        is_backfilling=is_backfilling(workspace_id),
        **context,
    )


def _stored(view: RotationView) -> RotationDraft:
    return RotationDraft(
        version=view.version,
        is_enabled=view.rotation.is_enabled,
        is_email_only=view.rotation.is_email_only,
        sequence=tuple(view.sequence),
        setters=tuple(one.email for one in view.setters),
        managers=tuple(one.email for one in view.managers),
    )
