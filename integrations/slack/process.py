"""Turning a stored click into its contract, inside the event's transaction."""

from typing import Any

from integrations import fields as f
from integrations import registry
from integrations.contracts import SlackClick
from integrations.enums import Provider
from integrations.events import common_fields, payload_of
from integrations.models import Connection
from integrations.slack import payload as wire
from zrg.jobs.models import WebhookEvent


def process(event: WebhookEvent) -> str:
    """Hand the click to its receiver, if it comes from the team the workspace is connected to. Whether the person
    may decide, and whether workspace, lead and draft belong together, is the receiver's to judge at the moment
    it acts; so is the team of a workspace that the platform's bot writes to.
    """
    payload, workspace_id = payload_of(event)
    actions = payload.get("actions")
    action: dict[str, Any] = f.obj(actions[0]) if isinstance(actions, list) and actions else {}
    action_id, team, user = f.text(action.get("action_id")), wire.team_of(payload), _user_of(payload)
    if action_id not in wire.CLICKS:
        return "ignored:unknown_event_type"
    if not team or not user:
        return "ignored:missing_team_or_user"
    connection = Connection.objects.in_workspace(workspace_id).of(Provider.SLACK).active()
    if connection.exclude(external_account_id=team).exists():
        return "ignored:team_mismatch"
    return registry.receive(
        SlackClick(
            **common_fields(event, "slack"),
            team_id=team,
            user_id=user,
            action_id=action_id,
            value=f.raw_text(action.get("value")),
            channel_id=wire.channel_id(payload),
            message_ts=wire.message_ts(payload),
        )
    )


def _user_of(payload: dict[str, Any]) -> str | None:
    return f.text(f.obj(payload.get("user")).get("id"))
