"""What apps above tell leads, registered in their `apps.py`: leads never imports them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

# Lead ids in, the values of the registered columns out; a lead without rows may be left out.
RollupSource = Callable[[Sequence[UUID]], Mapping[UUID, Mapping[str, Any]]]
# (id of the lead that stays, id of the lead that goes): moves or ends the rows of the latter.
MergeStep = Callable[[UUID, UUID], None]
# What was merged, after the rows moved: for apps that keep a ledger of leads.
MergeFollower = Callable[["MergedLeads"], None]
# An import's row in, what routing made of its leads out, as JSON.
ImportFigures = Callable[[Any], Mapping[str, Any]]
# (workspace id, number of leads): adds what the app keeps for the sample leads.
SampleFiller = Callable[[UUID, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySearch:
    """How leads are found by the text of their messages (`in:body`): both take workspace ids and the text.

    `ids` is an expression of the ids of all leads that match, `matches` a condition on one row of Lead.
    """

    ids: Callable[[Sequence[UUID], str], Any]
    matches: Callable[[Sequence[UUID], str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFact:
    """What an app above keeps about a campaign, and the page where it is changed; `value` "" says there is none."""

    label: str
    value: str
    url: str


# (workspace id, campaign ids) → what there is to say of them; campaigns it does not concern are left out.
CampaignFacts = Callable[[UUID, Sequence[UUID]], Mapping[UUID, CampaignFact]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupSpec:
    """Who computes which columns of Lead."""

    columns: tuple[str, ...]
    source: RollupSource


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedLeads:
    """A merge by a person: all rows and columns of `drop_id` are at `keep_id`, whose row is locked."""

    workspace_id: UUID
    keep_id: UUID
    drop_id: UUID
    by_id: UUID


_rollups: list[RollupSpec] = []
_merge_steps: dict[type[models.Model], MergeStep] = {}
_merge_followers: list[MergeFollower] = []
_sample_fillers: dict[str, SampleFiller] = {}
_body_search: list[BodySearch] = []
_import_figures: list[ImportFigures] = []
_campaign_facts: dict[str, CampaignFacts] = {}


def register_rollup_source(columns: Sequence[str], source: RollupSource) -> None:
    """`source(lead_ids)` derives `columns` of Lead from the rows of the registering app."""
    taken = {column for spec in _rollups for column in spec.columns} & set(columns)
    if taken:
        raise RuntimeError(f"rollups computed twice: {', '.join(sorted(taken))}")
    _rollups.append(RollupSpec(columns=tuple(columns), source=source))


def rollup_sources() -> Sequence[RollupSpec]:
    """All sources, in order of registration."""
    return tuple(_rollups)


def register_merge(model: type[models.Model], function: MergeStep) -> None:
    """`function(keep_id, drop_id)` says what becomes of the dropped lead's rows of `model`.

    Models with a foreign key to Lead and no registered function are moved as they are.
    """
    if model in _merge_steps:
        raise RuntimeError(f"{model.__name__} has a merge step already")
    _merge_steps[model] = function


def merge_steps() -> Mapping[type[models.Model], MergeStep]:
    """Merge steps by model."""
    return dict(_merge_steps)


def register_merge_follower(function: MergeFollower) -> None:
    """`function(merged)` runs once per merge, in its transaction, after everything moved."""
    _merge_followers.append(function)


def merge_followers() -> Sequence[MergeFollower]:
    """Followers in order of registration."""
    return tuple(_merge_followers)


def register_body_search(search: BodySearch) -> None:
    """`search` finds leads by the text of their messages."""
    _body_search[:] = [search]


def body_search() -> BodySearch | None:
    """The registered search of message texts."""
    return _body_search[0] if _body_search else None


def register_sample_filler(name: str, function: SampleFiller) -> None:
    """`function(workspace_id, lead_count)` adds sample rows under the flag `--<name>` of bench_inbox."""
    _sample_fillers[name] = function


def sample_fillers() -> Mapping[str, SampleFiller]:
    """Fillers by flag."""
    return dict(_sample_fillers)


def register_import_figures(function: ImportFigures) -> None:
    """`function(import)` says where the leads of an import went."""
    _import_figures[:] = [function]


def import_figures() -> ImportFigures | None:
    """The registered figures of imports."""
    return _import_figures[0] if _import_figures else None


def register_campaign_facts(name: str, read: CampaignFacts) -> None:
    """Shown beside each campaign in the settings; one query for all that are listed."""
    _campaign_facts[name] = read


def campaign_facts(workspace_id: UUID, campaign_ids: Sequence[UUID]) -> dict[UUID, list[CampaignFact]]:
    """What the apps above say of these campaigns."""
    told: dict[UUID, list[CampaignFact]] = {campaign_id: [] for campaign_id in campaign_ids}
    for read in _campaign_facts.values():
        for campaign_id, fact in read(workspace_id, campaign_ids).items():
            told[campaign_id].append(fact)
    return told
