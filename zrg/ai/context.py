"""What a prompt is told beside the conversation: knowledge, memory, the website (05 R15).

Everything is cut to the token budget of its profile, at words, and what was cut is counted. The texts
were written by people and pages outside: fence them (`for_prompt`), they are data and never instructions.
"""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Left

from zrg.ai.enums import ContextMode
from zrg.ai.models import KnowledgeAsset, KnowledgeAssetRevision
from zrg.ai.prompts import as_data
from zrg.ai.tokens import estimate_tokens, truncate_to_tokens
from zrg.lib.redact import redact_text
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings

Profile = Literal[
    "draft", "revision", "auto_send_evaluator", "meeting_overseer_gate", "followup_parse", "followup_booking_gate"
]

MAX_ASSETS = 200
READ_CHARS = 8_000
"""Of a source; more than the largest budget of one item can hold (1 600 tokens of 4 bytes)."""
LEAST_TOKENS = 24
"""A remainder smaller than this holds a heading and no fact."""

_LINK = re.compile(r"(?:https?://|\bwww\.)\S+|\b(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,10}/\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Tokens: of all items together, and of one."""

    total: int = 0
    item: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileBudgets:
    """What one kind of call may be told."""

    knowledge: Budget = Budget()
    memory: Budget = Budget()


PROFILES: dict[str, ProfileBudgets] = {
    "draft": ProfileBudgets(knowledge=Budget(total=4000, item=1200), memory=Budget(total=1200, item=400)),
    "revision": ProfileBudgets(knowledge=Budget(total=3000, item=1200), memory=Budget(total=800, item=300)),
    "auto_send_evaluator": ProfileBudgets(knowledge=Budget(total=8000, item=1600), memory=Budget(total=600, item=300)),
    "meeting_overseer_gate": ProfileBudgets(memory=Budget(total=600, item=300)),
    "followup_parse": ProfileBudgets(memory=Budget(total=400, item=200)),
    "followup_booking_gate": ProfileBudgets(memory=Budget(total=600, item=300)),
}
UNREDACTED_PROFILES = frozenset({"draft"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """`knowledge` and `memory` are plain text ("" when there is none); `stats` holds figures and codes only.

    Put texts into a prompt through `for_prompt`; the plain ones serve checks in code.
    """

    knowledge: str = ""
    memory: str = ""
    website_url: str | None = None
    stats: dict[str, Any]

    def for_prompt(self, part: Literal["knowledge", "memory"]) -> str:
        """The part fenced as data, or "(none)"."""
        text = self.knowledge if part == "knowledge" else self.memory
        return as_data(text, part.upper()) if text else "(none)"


def build_bundle(
    workspace_id: UUID,
    profile: Profile,
    *,
    memory: Sequence[str] = (),
    now: datetime | None = None,
    as_of: datetime | None = None,
) -> Bundle:
    """What `profile` may be told in this workspace; three indexed reads in a context of its own.

    `memory`: approved, unexpired entries of the lead, newest first; the caller knows leads, this floor
    does not. With the bundle switched off (environment or workspace) there is no memory. `now` only
    dates the newest knowledge in the figures. `as_of`: the knowledge as it was at that moment, as far as
    its revisions say.
    """
    started = time.monotonic()
    with tenant(workspace_id):
        enabled, overrides = _settings(workspace_id)
        budgets = _with_override(profile, overrides)
        assets = _assets(workspace_id, as_of) if budgets.knowledge.total else []
        website = _website(workspace_id)
    knowledge, knowledge_stats = pack(filter(None, map(_asset_text, assets)), budgets.knowledge)
    entries = memory if enabled else ()
    if profile not in UNREDACTED_PROFILES:
        entries = [redact_memory(entry) for entry in entries]
    remembered, memory_stats = pack((f"- {entry.strip()}" for entry in entries if entry.strip()), budgets.memory, "\n")
    stats: dict[str, Any] = {
        "profile": profile,
        "enabled": enabled,
        "knowledge": knowledge_stats,
        "memory": memory_stats,
        "ms": round((time.monotonic() - started) * 1000),
    }
    if assets and now is not None:
        stats["newest_knowledge_days"] = max((now - assets[0].updated_at).days, 0)
    return Bundle(knowledge=knowledge, memory=remembered, website_url=website, stats=stats)


def pack(items: Iterable[str], budget: Budget, separator: str = "\n\n") -> tuple[str, dict[str, int]]:
    """The first items that fit, each cut to its share, and how many were taken, cut and left out."""
    taken: list[str] = []
    left = budget.total
    counts = {"items": 0, "truncated": 0, "dropped": 0}
    for item in items:
        counts["items"] += 1
        room = min(budget.item, left)
        if room < min(LEAST_TOKENS, estimate_tokens(item)):
            counts["dropped"] += 1
            continue
        cut = truncate_to_tokens(item, room)
        counts["truncated"] += cut.truncated
        taken.append(cut.text)
        left -= estimate_tokens(cut.text + separator)
    text = separator.join(taken)
    return text, {**counts, "tokens": estimate_tokens(text)}


def redact_memory(text: str) -> str:
    """Without addresses, phones and links: a judging model needs none of them."""
    return redact_text(_LINK.sub("[link]", text))


def website_address(text: str) -> str | None:
    """A web address as it may be offered: http or https (https when it names none), no slash at the end."""
    address = text.strip().split()[0] if text.strip() else ""
    if not address:
        return None
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host or parts.username or parts.password:
        return None
    return address.rstrip("/")


def _settings(workspace_id: UUID) -> tuple[bool, dict[str, Any]]:
    row = (
        WorkspaceSettings.objects.in_workspace(workspace_id)
        .values_list("lead_context_bundle_enabled", "lead_context_bundle_budgets")
        .first()
    )
    enabled, budgets = row or (False, None)
    return bool(enabled) and not settings.LEAD_CONTEXT_BUNDLE_DISABLED, budgets if isinstance(budgets, dict) else {}


def _with_override(profile: str, overrides: dict[str, Any]) -> ProfileBudgets:
    """A workspace's number replaces the total of the profile's knowledge; of its memory where it has no other."""
    budgets = PROFILES[profile]
    total = overrides.get(profile)
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        return budgets
    if budgets.knowledge.total:
        return ProfileBudgets(knowledge=Budget(total=total, item=budgets.knowledge.item), memory=budgets.memory)
    return ProfileBudgets(memory=Budget(total=total, item=budgets.memory.item))


def _assets(workspace_id: UUID, as_of: datetime | None) -> list[KnowledgeAsset]:
    """Newest first, with the beginning of their texts only."""
    rows = KnowledgeAsset.objects.in_workspace(workspace_id)
    raw, notes, mode = Left("raw_content", READ_CHARS), Left("text_content", READ_CHARS), F("ai_context_mode")
    if as_of is None:
        rows = rows.active().annotate(raw_head=raw, notes_head=notes, mode=mode)
    else:
        # A revision holds what stood there before its moment: the first one after `as_of` tells what stood there then.
        later = KnowledgeAssetRevision.objects.filter(asset=OuterRef("pk"), created_at__gt=as_of).order_by("created_at")
        rows = rows.existing_at(as_of).annotate(
            raw_head=Coalesce(Subquery(later.annotate(head=raw).values("head")[:1]), raw),
            notes_head=Coalesce(Subquery(later.annotate(head=notes).values("head")[:1]), notes),
            mode=Coalesce(Subquery(later.values("ai_context_mode")[:1]), mode),
        )
    return list(rows.without_website().only("name", "updated_at").order_by("-updated_at")[:MAX_ASSETS])


def _asset_text(asset: Any) -> str:
    raw, notes = asset.raw_head.strip(), asset.notes_head.strip()
    text = (raw or notes) if asset.mode == ContextMode.RAW else (notes or raw)
    return f"## {' '.join(asset.name.split())}\n{text}" if text else ""


def _website(workspace_id: UUID) -> str | None:
    row = (
        KnowledgeAsset.objects.in_workspace(workspace_id)
        .active()
        .website()
        .annotate(raw_head=Left("raw_content", 2000), notes_head=Left("text_content", 2000))
        .values_list("file_url", "notes_head", "raw_head")
        .first()
    )
    return next((address for text in row or () if (address := website_address(text))), None)
