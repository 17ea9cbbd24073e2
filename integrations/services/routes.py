"""Keeping the global look-up table of inbound calls equal to the connections."""

from uuid import UUID

import structlog

from integrations.enums import Provider, RouteProvider
from integrations.models import Connection, WebhookRoute
from integrations.rules.routes import connection_keys, route_hash
from integrations.services.hosts import effective_host
from zrg.lib.log_events import CONNECTION_ROUTES_REPAIRED

logger = structlog.get_logger(__name__)


def refresh_routes(connection: Connection) -> bool:
    """Make the routes of one connection what its settings and its workspace's name say; True when
    something changed. Idempotent; runs in the caller's context.
    """
    wanted = {
        route_hash(key)
        for key in connection_keys(
            connection.provider,
            connection.external_account_id,
            host=effective_host(connection.base_host) if connection.provider == Provider.EMAILBISON else None,
            workspace_name=connection.workspace.name,
        )
    }
    routes = WebhookRoute.objects.filter(connection=connection)
    present = set(routes.values_list("key_hash", flat=True))
    if present == wanted:
        return False
    routes.exclude(key_hash__in=wanted).delete()
    WebhookRoute.objects.bulk_create(
        [
            WebhookRoute(
                provider=connection.provider,
                key_hash=key_hash,
                target_id=connection.workspace_id,
                connection=connection,
            )
            for key_hash in sorted(wanted - present)
        ],
        ignore_conflicts=True,
    )
    return True


def refresh_workspace_routes(workspace_id: UUID) -> int:
    """Routes of all connections of a workspace (after it was renamed); returns how many changed."""
    connections = Connection.objects.in_workspace(workspace_id).select_related("workspace", "base_host")
    changed = sum(refresh_routes(connection) for connection in connections)
    if changed:
        logger.info(CONNECTION_ROUTES_REPAIRED, workspace=str(workspace_id), connections=changed)
    return changed


def remember_clay_lead(workspace_id: UUID, lead_id: UUID) -> None:
    """Let Clay's answer about this lead find the workspace that asks; written before it is asked.

    A lead has one workspace: routing takes its route along (`zrg_routing_move_children`), so only the new one is
    told. Idempotent; joins the transaction.
    """
    routes = WebhookRoute.objects.filter(provider=RouteProvider.CLAY, key_hash=route_hash(str(lead_id)))
    routes.exclude(target_id=workspace_id).delete()
    WebhookRoute.objects.bulk_create(
        [WebhookRoute(provider=RouteProvider.CLAY, key_hash=route_hash(str(lead_id)), target_id=workspace_id)],
        ignore_conflicts=True,
    )
