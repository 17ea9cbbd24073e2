"""Reading the parameters of the conversation list; anything unknown is refused by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar
from uuid import UUID

from leads.enums import (
    ATTENTION_TAGS,
    CLOSED_STATUSES,
    Channel,
    LeadSort,
    LeadStatus,
    ScoreFilter,
    SentimentTag,
    Tab,
)
from leads.errors import UnknownFilter
from leads.rules.search import Search, SearchKind, read_search
from leads.rules.statuses import read_status
from zrg.lib.cursor import filter_hash

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
ALL_WORKSPACES = "all"
ME = "me"
NOBODY = "none"
UNATTRIBUTED = "unattributed"
KEYS = frozenset(
    {
        "clientId",
        "tab",
        "channels",
        "sentiments",
        "score",
        "smsCampaignId",
        "assigned",
        "status",
        "search",
        "sort",
        "cursor",
        "limit",
        "workspaces",
    }
)
# What may stand beside the parameters of the list in a link.
IGNORED_KEYS = frozenset({"view", "leadId", "draftId"})

# Tabs that hold leads of these tags alone, and tabs without closed leads (`leads.rules.tabs`).
_TAGS_OF = {
    Tab.ATTENTION: frozenset(ATTENTION_TAGS),
    Tab.PREVIOUS_ATTENTION: frozenset(ATTENTION_TAGS),
    Tab.FOLLOW_UP: frozenset({SentimentTag.FOLLOW_UP}),
}
_WITHOUT_CLOSED = frozenset({Tab.ATTENTION, Tab.PREVIOUS_ATTENTION, Tab.DRAFTS, Tab.AWAITING_REPLY})

Params = Mapping[str, object]
Choice = TypeVar("Choice", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilters:
    """A validated list: what to show, in which order, from where on.

    `workspace` None means all the person may open, or `workspaces` of them. `assigned` is a user id,
    `me`, `none` or None; `sms_campaign` an id, `unattributed` or None.
    """

    workspace: UUID | None = None
    workspaces: tuple[UUID, ...] = ()
    tab: Tab = Tab.ALL
    channels: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    score: ScoreFilter | None = None
    sms_campaign: UUID | str | None = None
    assigned: UUID | str | None = None
    status: str | None = None
    search: Search = field(default_factory=lambda: Search(kind=SearchKind.NONE))
    sort: LeadSort = LeadSort.NEWEST
    cursor: str = ""
    limit: int = DEFAULT_LIMIT

    @property
    def narrows(self) -> bool:
        """Whether rows of the tab are left out by what no index of a tab knows."""
        return bool(self.channels or self.sentiments or self.score or self.sms_campaign or self.status)

    @property
    def fits_nothing(self) -> bool:
        """Whether the tab and what was chosen exclude each other, so that no row has to be looked at."""
        tags = _TAGS_OF.get(self.tab)
        if tags is not None and self.sentiments and tags.isdisjoint(self.sentiments):
            return True
        if self.tab == Tab.NEEDS_REPAIR and self.status:
            return self.status != LeadStatus.NEEDS_REPAIR
        return self.tab in _WITHOUT_CLOSED and self.status in CLOSED_STATUSES

    def digest(self) -> str:
        """What a cursor is tied to: everything but the place and the length of the page."""
        return filter_hash(
            {
                "workspace": str(self.workspace or ""),
                "workspaces": sorted(map(str, self.workspaces)),
                "tab": self.tab.value,
                "channels": sorted(self.channels),
                "sentiments": sorted(self.sentiments),
                "score": self.score.value if self.score else "",
                "sms_campaign": str(self.sms_campaign or ""),
                "assigned": str(self.assigned or ""),
                "status": self.status or "",
                "search": [self.search.kind.value, self.search.value],
                "sort": self.sort.value,
            }
        )


def read_filters(params: Params) -> ListFilters:
    """Validate; raises `UnknownFilter` naming the first key that is unknown or has an unknown value."""
    for key in params:
        if key not in KEYS and key not in IGNORED_KEYS:
            raise UnknownFilter(key)
    workspace = _read_workspace(params)
    workspaces = tuple(_read_id("workspaces", value) for value in _many(params, "workspaces"))
    if workspace is not None and workspaces:
        raise UnknownFilter("workspaces")
    return ListFilters(
        workspace=workspace,
        workspaces=workspaces,
        tab=_read_choice("tab", _one(params, "tab"), Tab) or Tab.ALL,
        channels=tuple(_read_many(params, "channels", Channel)),
        sentiments=tuple(_read_many(params, "sentiments", SentimentTag)),
        score=_read_choice("score", _score(params), ScoreFilter),
        sms_campaign=_read_id_or("smsCampaignId", _one(params, "smsCampaignId"), (UNATTRIBUTED,)),
        assigned=_read_id_or("assigned", _one(params, "assigned"), (ME, NOBODY)),
        status=_read_status(_one(params, "status")),
        search=read_search(_one(params, "search")),
        sort=_read_choice("sort", _one(params, "sort"), LeadSort) or LeadSort.NEWEST,
        cursor=_one(params, "cursor"),
        limit=_read_limit(_one(params, "limit")),
    )


def _one(params: Params, key: str) -> str:
    value = params.get(key)
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[-1] if value else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, UUID)):
        raise UnknownFilter(key)
    return str(value).strip()


def _many(params: Params, key: str) -> list[str]:
    """Values of a repeated parameter, a list, or one text with commas."""
    value = params.get(key)
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    texts = []
    for one in values:
        if one is not None and not isinstance(one, (str, UUID)):
            raise UnknownFilter(key)
        texts += [part.strip() for part in str(one or "").split(",")]
    return list(dict.fromkeys(text for text in texts if text))


def _read_workspace(params: Params) -> UUID | None:
    value = _one(params, "clientId")
    return None if value in ("", ALL_WORKSPACES) else _read_id("clientId", value)


def _score(params: Params) -> str:
    # An unescaped plus in a link arrives as a blank.
    value = _one(params, "score")
    return f"{value}+" if value in ("3", "2", "1") and str(params.get("score")).endswith(" ") else value


def _read_choice(key: str, value: str, choices: type[Choice]) -> Choice | None:
    if not value:
        return None
    try:
        return choices(value)
    except ValueError as error:
        raise UnknownFilter(key) from error


def _read_many(params: Params, key: str, choices: type[Choice]) -> list[str]:
    return [str(choice.value) for value in _many(params, key) if (choice := _read_choice(key, value, choices))]


def _read_id(key: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise UnknownFilter(key) from error


def _read_id_or(key: str, value: str, words: Sequence[str]) -> UUID | str | None:
    if not value:
        return None
    return value if value in words else _read_id(key, value)


def _read_status(value: str) -> str | None:
    if not value:
        return None
    status = read_status(value)
    if status is None:
        raise UnknownFilter("status")
    return status.value


def _read_limit(value: str) -> int:
    if not value:
        return DEFAULT_LIMIT
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= MAX_LIMIT:
        raise UnknownFilter("limit")
    return int(value)
