"""`/settings/ai/campaigns/<id>`: how replies of a campaign are answered."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from leads.services.campaign_settings import COLUMNS, Campaign, campaign_version, change_campaign, find_campaign
from zrg.lib.errors import BadInput
from zrg.workspaces.access import require
from zrg.workspaces.api.views import TenantAPIView
from zrg.workspaces.models import User
from zrg.workspaces.rules.settings_fields import wire_name

WIRE = {wire_name(column): column for column in COLUMNS}
# What JSON may say for each column; bool is an int for Python, so the exact type is asked for.
_TYPES: dict[str, tuple[type, ...]] = {
    "persona_id": (str, type(None)),
    "response_mode": (str,),
    "auto_send_shadow": (bool,),
    "auto_send_confidence_threshold": (int, float),
    "auto_send_skip_human_review": (bool, type(None)),
    "auto_send_delay_min_seconds": (int,),
    "auto_send_delay_max_seconds": (int,),
    "auto_send_schedule_mode": (str, type(None)),
    "auto_send_custom_schedule": (dict, type(None)),
}
_MORE = {"version": str, "reason": str}


class CampaignDetail(TenantAPIView):
    """`GET` reads, `PATCH` changes some of the fields; `version` makes a stale change a 409."""

    permission_action = {"GET": "settings.view", "PATCH": "autosend.configure"}  # read only

    def get(self, request: Request, campaign_id: UUID) -> Response:
        """The campaign of a workspace this person may open."""
        found = find_campaign(self.access.workspace_ids, campaign_id)
        require(self.access, "settings.view", found.workspace_id)
        return Response(campaign_payload(found))

    def patch(self, request: Request, campaign_id: UUID) -> Response:
        """Change what is given; 422 below the least threshold and for every other bad value."""
        found = find_campaign(self.access.workspace_ids, campaign_id)
        require(self.access, "autosend.configure", found.workspace_id)
        body = request.data
        if not isinstance(body, dict):
            raise BadInput(gettext("A JSON object is expected."), code="bad_request", http_status=400)
        if unknown := sorted(set(body) - {*WIRE, *_MORE}):
            raise BadInput(
                gettext("Unknown field: {unknown}").format(unknown=unknown[0]),
                code="unknown_field",
                http_status=400,
                field=unknown[0],
            )
        assert isinstance(request.user, User)
        saved = change_campaign(
            found,
            {column: _value(column, body[name], name) for name, column in WIRE.items() if name in body},
            by=request.user,
            version=_text(body, "version"),
            reason=_text(body, "reason") or "",
        )
        return Response(campaign_payload(saved))


def campaign_payload(campaign: Campaign) -> dict[str, Any]:
    """A campaign as JSON."""
    values = {name: getattr(campaign, column) for name, column in WIRE.items()}
    return {
        "id": str(campaign.pk),
        "clientId": str(campaign.workspace_id),
        "name": str(campaign),
        **values,
        "personaId": str(campaign.persona_id) if campaign.persona_id else None,
        "version": campaign_version(campaign),
    }


def _value(column: str, given: Any, name: str) -> Any:
    if type(given) not in _TYPES[column]:
        raise BadInput(gettext("{name} has the wrong type.").format(name=name), field=name)
    if column == "persona_id" and given is not None:
        try:
            return UUID(given)
        except ValueError as error:
            raise BadInput(gettext("{name} is no id.").format(name=name), field=name) from error
    return given


def _text(body: dict[str, Any], name: str) -> str | None:
    given = body.get(name)
    if given is not None and not isinstance(given, str):
        raise BadInput(gettext("{name} has the wrong type.").format(name=name), field=name)
    return given
