"""The checklist of a new workspace: what is done, what is next, and putting it off."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from zrg.workspaces.constants import DEFAULT_TIMEZONE
from zrg.workspaces.decorators import requires
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.settings_frame import section_url, settings_page
from zrg.workspaces.setup import ACTION, SetupItem, is_put_off, put_off, setup_progress

TAB, KEY = "general", "setup"
TIMEZONE_CONFIRMED = "settings.timezone_confirmed"


@require_GET
@requires("settings.view")
def checklist(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Every step with how it stands and where it is done."""
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="zrg/settings/setup.html",
        progress=setup_progress(workspace_id),
        put_off=is_put_off(request, workspace_id),
        default_timezone=DEFAULT_TIMEZONE,
        acts_url=section_url(workspace_id, SECTION),
    )


@requires(ACTION)
def confirm_timezone(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The time zone everybody begins with is the right one here."""
    refuse_unknown(request, set())
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    record_audit(
        TIMEZONE_CONFIRMED,
        actor=request.user,  # type: ignore[arg-type]
        workspace=workspace_id,
        obj=row,
        after={"timezone": row.timezone},
    )
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@requires(ACTION)
def later(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The inbox keeps quiet until the next log-in."""
    refuse_unknown(request, set())
    put_off(request, workspace_id, later=True)
    return HttpResponseRedirect(f"/?view=inbox&clientId={workspace_id}")


@requires(ACTION)
def again(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The inbox shows it again."""
    refuse_unknown(request, set())
    put_off(request, workspace_id, later=False)
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Set-up"),
    purpose=_("What the workspace needs before it works"),
    position=5,
    action=ACTION,
    view=checklist,
    acts={"timezone": confirm_timezone, "later": later, "again": again},
)


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How many steps are done, for those who can work on them."""
    if not can_edit:
        return {}
    progress = setup_progress(workspace_id)
    text = gettext("{done} of {total} done").format(done=progress.done, total=progress.total)
    return {KEY: SectionState(text=text, tone="warn" if progress.following else "good")}


def setup_items(workspace_id: UUID) -> Iterator[SetupItem]:
    """The steps of this app: a company, and a time zone somebody chose or confirmed."""
    row = WorkspaceSettings.objects.only("timezone", "company_name", "workspace_id").get(workspace_id=workspace_id)
    acts = AdminAuditEvent.objects.in_workspace(workspace_id).about("workspacesettings", row.pk)
    yield SetupItem(
        key="timezone",
        title=_("Choose the time zone"),
        purpose=_("Hours, schedules and the times on pages follow it"),
        position=40,
        url=reverse("settings_section", args=[workspace_id, TAB, "workspace"]),
        done=row.timezone != DEFAULT_TIMEZONE or acts.filter(action=TIMEZONE_CONFIRMED).exists(),
    )
    yield SetupItem(
        key="company",
        title=_("Name the company"),
        purpose=_("Whom drafts write for"),
        position=28,
        url=reverse("settings_section", args=[workspace_id, TAB, "workspace"]),
        done=bool(row.company_name.strip()),
    )
