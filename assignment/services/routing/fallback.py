"""Who takes the leads no rule fits: a workspace with an active agreement (01, `routing_fallback`)."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assignment.enums import PartnershipStatus
from assignment.models import RoutingPartner
from assignment.services.routing.trying import partner_names
from zrg.workspaces.context import platform
from zrg.workspaces.enums import RoutingFallback, WorkspaceStatus
from zrg.workspaces.models import Workspace, WorkspaceSettings

NO_PARTNER = _("Choose a workspace with an active agreement, or another way for leads no rule fits.")


def active_partners(workspace_id: UUID) -> dict[UUID, str]:
    """Names of the active workspaces with an active agreement, by id, in the order of their names; none for people who
    may not see agreements.
    """
    rows = RoutingPartner.objects.in_workspace(workspace_id).filter(status=PartnershipStatus.ACTIVE)
    agreed = list(rows.values_list("destination_workspace_id", flat=True))
    if not agreed:
        return {}
    with platform():
        ids = list(Workspace.objects.filter(pk__in=agreed, status=WorkspaceStatus.ACTIVE).values_list("pk", flat=True))
    names = partner_names(workspace_id)
    return dict(sorted(((one, names.get(str(one), "A partner")) for one in ids), key=lambda entry: entry[1].lower()))


def check_fallback(row: WorkspaceSettings) -> None:
    """Forwarding needs somebody who takes the leads (01, `routing_fallback`)."""
    if row.routing_fallback != RoutingFallback.FORWARD:
        return
    partners = RoutingPartner.objects.in_workspace(row.workspace_id).filter(status=PartnershipStatus.ACTIVE)
    if not partners.filter(destination_workspace_id=row.routing_fallback_workspace_id).exists():
        raise ValidationError(gettext(NO_PARTNER))
