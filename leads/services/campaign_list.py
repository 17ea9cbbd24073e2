"""Campaigns of both kinds in one list, by name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Q
from django.db.models.functions import Lower

from leads.enums import ResponseMode
from leads.models import EmailCampaign, SmsCampaign
from leads.services.campaign_settings import Campaign
from zrg.lib.cursor import decode_cursor, encode_cursor, filter_hash

PAGE = 25
MAX_SEARCH = 100
MODES = {
    "auto": Q(response_mode=ResponseMode.AI_AUTO_SEND),
    "shadow": Q(response_mode=ResponseMode.SETTER_MANAGED, auto_send_shadow=True),
    "setters": Q(response_mode=ResponseMode.SETTER_MANAGED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """Some campaigns; `next_cursor` is empty on the last page."""

    campaigns: list[Campaign]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCounts:
    """How the campaigns of a workspace are answered."""

    total: int
    automatic: int
    shadow: int


def list_campaigns(workspace_id: UUID, *, search: str = "", mode: str = "", cursor: str = "") -> CampaignPage:
    """One page by lower-cased name, then id, in three queries; `CursorMismatch` for a cursor of another list."""
    filters = {"workspace": str(workspace_id), "search": search, "mode": mode}
    digest = filter_hash(filters)
    keys = [_keys(model, workspace_id, search[:MAX_SEARCH], mode) for model in (EmailCampaign, SmsCampaign)]
    if cursor:
        last = decode_cursor(cursor, digest)
        beyond = Q(name_key__gt=str(last.key)) | Q(name_key=str(last.key), id__gt=last.id)
        keys = [rows.filter(beyond) for rows in keys]
    found = list(keys[0].union(keys[1], all=True).order_by("name_key", "id")[: PAGE + 1])
    shown = found[:PAGE]
    more = encode_cursor(shown[-1]["name_key"], shown[-1]["id"], digest) if len(found) > PAGE else ""
    by_id = _by_id([row["id"] for row in shown])
    return CampaignPage(campaigns=[by_id[row["id"]] for row in shown if row["id"] in by_id], next_cursor=more)


def count_campaigns(workspace_id: UUID) -> CampaignCounts:
    """All campaigns, those the machine may answer, and those that only try it out."""
    total = automatic = shadow = 0
    for model in (EmailCampaign, SmsCampaign):
        figures = model.objects.in_workspace(workspace_id).aggregate(
            total=Count("pk"),
            automatic=Count("pk", filter=MODES["auto"]),
            shadow=Count("pk", filter=MODES["shadow"]),
        )
        total += figures["total"]
        automatic += figures["automatic"]
        shadow += figures["shadow"]
    return CampaignCounts(total=total, automatic=automatic, shadow=shadow)


def _keys(model: type[Campaign], workspace_id: UUID, search: str, mode: str) -> Any:
    rows = model.objects.in_workspace(workspace_id).annotate(name_key=Lower("name", output_field=CharField()))
    if search:
        rows = rows.filter(name_key__contains=search.lower())
    if mode:
        rows = rows.filter(MODES[mode])
    return rows.order_by().values("id", "name_key")


def _by_id(ids: list[UUID]) -> dict[UUID, Campaign]:
    found: dict[UUID, Campaign] = {}
    for model in (EmailCampaign, SmsCampaign):
        for campaign in model.objects.filter(pk__in=ids).select_related("persona"):
            found[campaign.pk] = campaign
    return found
