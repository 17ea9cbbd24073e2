"""The audit of a workspace: who did what, and what it changed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from zrg.lib.errors import BadInput
from zrg.workspaces.decorators import requires
from zrg.workspaces.registry import SettingsSection
from zrg.workspaces.services.audit_list import list_audit, offered_choices
from zrg.workspaces.settings_frame import section_url, settings_page
from zrg.workspaces.views.team import TAB

VIEW = "audit.view_workspace"
FILTERS = frozenset({"actor", "action", "cursor"})


@require_GET
@requires(VIEW)
def audit(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """One page of acts, newest first; unknown filters are refused."""
    if unknown := sorted(set(request.GET) - FILTERS):
        raise BadInput(
            gettext("Unknown filter: {unknown}").format(unknown=unknown[0]),
            code="unknown_filter",
            http_status=400,
            field=unknown[0],
        )
    actor, action = request.GET.get("actor", "")[:254], request.GET.get("action", "")[:80]
    page = list_audit(workspace_id, actor=actor, action=action, cursor=request.GET.get("cursor", ""))
    here = section_url(workspace_id, SECTION)
    more = urlencode({"actor": actor, "action": action, "cursor": page.next_cursor})
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="zrg/settings/audit.html",
        page=page,
        choices=offered_choices(workspace_id),
        actor=actor,
        action=action,
        here=here,
        next_url=f"{here}?{more}" if page.next_cursor else "",
        is_first="cursor" not in request.GET,
    )


SECTION = SettingsSection(
    tab=TAB,
    key="audit",
    title=_("Audit"),
    purpose=_("Who did what in this workspace, and what it changed"),
    position=40,
    action=VIEW,
    seen_with=VIEW,
    view=audit,
)
