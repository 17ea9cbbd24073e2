"""Whose leads a list shows, and how the heads of several workspaces' lists are read together.

One index serves one workspace in its order; over several workspaces the head of each is read by a
lateral join, so that no more than a page (or a badge's cap) of rows per workspace is touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL

from leads.enums import LeadSort
from leads.errors import UnknownFilter
from leads.models import Lead
from leads.querysets import SORT_KEYS, LeadQuerySet
from leads.registry import body_search
from leads.rules.filters import ME, NOBODY, UNATTRIBUTED, ListFilters
from leads.rules.search import SearchKind
from zrg.lib.errors import NotVisible
from zrg.workspaces.access import Access

Narrow = Callable[[LeadQuerySet], LeadQuerySet]
Sql = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Workspaces seen whole, and those of which only the person's own leads show."""

    user_id: UUID
    whole: tuple[UUID, ...]
    own: tuple[UUID, ...]

    @property
    def workspaces(self) -> tuple[UUID, ...]:
        """Every workspace in it."""
        return (*self.whole, *self.own)

    def parts(self) -> list[tuple[tuple[UUID, ...], Narrow]]:
        """Workspaces with the condition that holds in them."""
        found: list[tuple[tuple[UUID, ...], Narrow]] = []
        if self.whole:
            found.append((self.whole, lambda leads: leads))
        if self.own:
            found.append((self.own, lambda leads: leads.assigned_to(self.user_id)))
        return found

    def only_workspace(self) -> LeadQuerySet:
        """The leads of the single workspace in scope."""
        ((workspaces, mine),) = self.parts()
        return mine(Lead.objects.in_workspace(workspaces[0]))

    def leads(self) -> LeadQuerySet:
        """The leads of all workspaces in scope, for a search that finds few of them."""
        if len(self.workspaces) == 1:
            return self.only_workspace()
        own = Q(workspace_id__in=self.own, assigned_to_id=self.user_id)
        return Lead.objects.filter(Q(workspace_id__in=self.whole) | own)


def read_scope(access: Access, filters: ListFilters) -> Scope:
    """The workspaces of a list, within what the person may open: `NotVisible`, `UnknownFilter` otherwise."""
    wanted = access.workspace_ids
    if filters.workspace is not None:
        if filters.workspace not in wanted:
            raise NotVisible
        wanted = frozenset({filters.workspace})
    elif filters.workspaces:
        if not wanted.issuperset(filters.workspaces):
            raise UnknownFilter("workspaces")
        wanted = frozenset(filters.workspaces)
    return Scope(
        user_id=access.user_id,
        whole=tuple(sorted(wanted & access.ws_all)),
        own=tuple(sorted(wanted & access.ws_assigned)),
    )


def narrow_leads(leads: LeadQuerySet, filters: ListFilters, scope: Scope) -> LeadQuerySet:
    """The filters beside tab and search."""
    if filters.channels:
        leads = leads.with_channels(filters.channels)
    if filters.sentiments:
        leads = leads.filter(sentiment_tag__in=filters.sentiments)
    if filters.score is not None:
        leads = leads.with_score(filters.score)
    if filters.sms_campaign == UNATTRIBUTED:
        leads = leads.filter(sms_campaign_id=None)
    elif filters.sms_campaign is not None:
        leads = leads.filter(sms_campaign_id=filters.sms_campaign)
    if filters.status is not None:
        leads = leads.filter(status=filters.status)
    return narrow_assigned(leads, filters, scope)


def narrow_assigned(leads: LeadQuerySet, filters: ListFilters, scope: Scope) -> LeadQuerySet:
    """The filter `assigned`; a setter's own scope stays in force beside it."""
    if filters.assigned is None:
        return leads
    if filters.assigned == NOBODY:
        return leads.unassigned()
    return leads.assigned_to(scope.user_id if filters.assigned == ME else filters.assigned)


def search_leads(leads: LeadQuerySet, filters: ListFilters, scope: Scope) -> LeadQuerySet:
    """The search of the list, by the index that fits it."""
    value, workspaces = filters.search.value, scope.workspaces
    match filters.search.kind:
        case SearchKind.EMAIL:
            return leads.knowing_email(workspaces, value)
        case SearchKind.PHONE:
            return leads.phone_ending(value)
        case SearchKind.WORDS:
            return leads.containing_words(workspaces, value)
        case SearchKind.BODY:
            search = body_search()
            return leads.filter(pk__in=search.ids(workspaces, value)) if search else leads.none()
        case _:
            return leads


def match_rows(leads: LeadQuerySet, filters: ListFilters, scope: Scope) -> LeadQuerySet:
    """The same search by words, tested row by row: right where few rows are left to test."""
    value, workspaces = filters.search.value, scope.workspaces
    if filters.search.kind == SearchKind.WORDS:
        return leads.matching_words(workspaces, value)
    search = body_search()
    return leads.filter(search.matches(workspaces, value)) if search else leads.none()


def first_ids(leads: LeadQuerySet, limit: int) -> RawSQL:
    """The first ids of an ordered list of one workspace, read from its index alone."""
    return _raw(*leads.values_list("pk")[:limit].query.sql_with_params())


def merged_ids(scope: Scope, sort: LeadSort, narrow: Narrow, limit: int) -> RawSQL:
    """The first ids of the list over all workspaces in scope."""
    merged, params = _merged(scope, sort, narrow, limit)
    return _raw(f"SELECT list.id FROM {merged} LIMIT %s", [*params, limit])  # noqa: S608  # compiled querysets


def merged_place(scope: Scope, sort: LeadSort, narrow: Narrow, number: int) -> tuple[Any, UUID] | None:
    """Key and id of a row of the list over all workspaces in scope, counted from 0; None when it is shorter."""
    merged, params = _merged(scope, sort, narrow, number + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT list.key, list.id FROM {merged} OFFSET %s LIMIT 1", [*params, number])  # noqa: S608
        found: tuple[Any, UUID] | None = cursor.fetchone()
    return found


def _merged(scope: Scope, sort: LeadSort, narrow: Narrow, limit: int) -> Sql:
    key, descending = SORT_KEYS[sort]
    direction = "DESC" if descending else "ASC"
    heads, params = _heads(scope, lambda leads: narrow(leads).sorted_by(sort).values_list("pk", key)[:limit])
    return f"({heads}) AS list(id, key) ORDER BY list.key {direction}, list.id {direction}", params


def capped_count(scope: Scope, narrow: Narrow, cap: int) -> Sql:
    """A statement that counts at most `cap` rows, in the order of the index they are counted from."""

    def head(leads: LeadQuerySet) -> Any:
        return narrow(leads).sorted_by(LeadSort.NEWEST).annotate(one=Value(1)).values_list("one")[:cap]

    if len(scope.workspaces) == 1:
        heads, params = head(scope.only_workspace()).query.sql_with_params()
        return f"SELECT count(*) FROM ({heads}) AS counted", list(params)  # noqa: S608  # compiled querysets
    heads, params = _heads(scope, head)
    return f"SELECT count(*) FROM ({heads} LIMIT %s) AS counted", [*params, cap]  # noqa: S608  # compiled querysets


def _heads(scope: Scope, head: Callable[[LeadQuerySet], Any]) -> Sql:
    statements, params = [], []
    for workspaces, mine in scope.parts():
        inner = head(mine(Lead.objects.filter(workspace_id=_raw("part.workspace_id", []))))
        sql, inner_params = inner.query.sql_with_params()
        each = "FROM unnest(%s::uuid[]) AS part(workspace_id) CROSS JOIN LATERAL"
        statements.append(f"SELECT head.* {each} ({sql}) AS head")
        params += [list(workspaces), *inner_params]
    return " UNION ALL ".join(statements), params


def _raw(sql: str, params: Sequence[Any]) -> RawSQL:
    """SQL put together from constants and compiled querysets; values stand in `params`."""
    return RawSQL(sql, params)  # noqa: S611
