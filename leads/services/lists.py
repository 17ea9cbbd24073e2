"""The conversation list: who is in it, in which order, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.http import QueryDict
from django.utils import timezone

from leads.enums import LeadSort, Tab
from leads.errors import SearchTimeout
from leads.models import Lead
from leads.querysets import SORT_KEYS, LeadQuerySet
from leads.rules.filters import ListFilters, Params, read_filters
from leads.rules.search import SearchKind
from leads.services.scopes import (
    Narrow,
    Scope,
    first_ids,
    match_rows,
    merged_ids,
    merged_place,
    narrow_assigned,
    narrow_leads,
    read_scope,
    search_leads,
)
from zrg.lib import log_events
from zrg.lib.cursor import decode_cursor, encode_cursor
from zrg.workspaces.access import Access

logger = structlog.get_logger(__name__)

# So many leads at the top of a list are tested one by one before the text index is asked: a common
# word fills the page from them, and the index is left with words so rare that it answers at once.
SEARCH_WINDOW = 4_000
# To find where the window of several workspaces ends, as many of each are looked at, of the index alone.
MOST_LOOKED_AT = 40_000

# Searches that can be tested on one row as well as looked up.
BY_WORDS = (SearchKind.WORDS, SearchKind.BODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage:
    """One page of the list. `search_too_short`: the text was ignored, which the page says."""

    leads: list[Lead]
    next_cursor: str | None
    filters: ListFilters
    search_too_short: bool = False


def read_params(query: QueryDict) -> dict[str, Sequence[str]]:
    """The parameters of a request, repeated ones kept."""
    return dict(query.lists())


def filter_leads(
    access: Access, params: Params, *, now: datetime | None = None, only: UUID | None = None
) -> LeadQuerySet:
    """All leads of a list in its order, as one query (for bulk work; pages come from `list_leads`), or the `only`
    one if it is listed.

    Raises `UnknownFilter` for a parameter that does not exist, `NotVisible` for a workspace out of reach.
    """
    filters = read_filters(params)
    scope = read_scope(access, filters)
    leads = Lead.objects.visible_to(access).filter(workspace_id__in=scope.workspaces)
    leads = narrow_leads(leads.in_tab(filters.tab, now or timezone.now()), filters, scope)
    if only is None:
        return search_leads(leads, filters, scope).sorted_by(filters.sort)
    search = match_rows if filters.search.kind in BY_WORDS else search_leads
    return search(leads.filter(pk=only), filters, scope)


def list_leads(access: Access, params: Params, *, now: datetime | None = None) -> LeadPage:
    """One page of the conversation list, by keyset, with what its rows show.

    Raises `UnknownFilter`, `NotVisible`, `CursorMismatch`, or `SearchTimeout` when a search takes too long.
    """
    filters = read_filters(params)
    scope = read_scope(access, filters)
    digest = filters.digest()
    leads = _page(filters, scope, _from_place(filters, digest, now or timezone.now()))
    more = len(leads) > filters.limit
    leads = leads[: filters.limit]
    key = SORT_KEYS[filters.sort][0]
    return LeadPage(
        leads=leads,
        next_cursor=encode_cursor(getattr(leads[-1], key), leads[-1].pk, digest) if more else None,
        filters=filters,
        search_too_short=filters.search.kind == SearchKind.TOO_SHORT,
    )


def _from_place(filters: ListFilters, digest: str, now: datetime) -> Narrow:
    """The tab, from where the last page ended."""
    place = decode_cursor(filters.cursor, digest) if filters.cursor else None

    def narrow(leads: LeadQuerySet) -> LeadQuerySet:
        leads = leads.in_tab(filters.tab, now)
        return leads.after(filters.sort, place.key, place.id) if place is not None else leads

    return narrow


def _page(filters: ListFilters, scope: Scope, narrow: Narrow) -> list[Lead]:
    if not scope.workspaces or filters.fits_nothing:
        return []
    narrowed = filters.search.filters or filters.narrows
    if not narrowed:
        return _first_rows(scope, filters, lambda leads: narrow_leads(narrow(leads), filters, scope))
    try:
        # A savepoint: after a timeout the rest of the page is still to be read in this transaction.
        with transaction.atomic():
            if filters.search.filters:
                return _search_page(filters, scope, narrow)
            return _first_rows(scope, filters, lambda leads: narrow_leads(narrow(leads), filters, scope))
    except OperationalError as error:
        logger.warning(log_events.INBOX_SEARCH_TIMEOUT, kind=filters.search.kind.value)
        raise SearchTimeout from error


def _search_page(filters: ListFilters, scope: Scope, narrow: Narrow) -> list[Lead]:
    if filters.search.kind in BY_WORDS:
        window_end = _window_end(scope, filters, narrow)

        def by_row(leads: LeadQuerySet) -> LeadQuerySet:
            leads = narrow_leads(narrow(leads), filters, scope)
            if window_end is not None:
                leads = leads.before_or_at(filters.sort, *window_end)
            return match_rows(leads, filters, scope)

        found = _first_rows(scope, filters, by_row)
        if window_end is None or len(found) > filters.limit:
            return found
    leads = search_leads(narrow_leads(narrow(scope.leads()), filters, scope), filters, scope)
    return list(leads.for_inbox_list().sorted_by(filters.sort)[: filters.limit + 1])


def _window_end(scope: Scope, filters: ListFilters, narrow: Narrow) -> tuple[Any, UUID] | None:
    """The last place that is tested one by one; None when the list ends before it."""
    workspaces = len(scope.workspaces)
    if workspaces == 1:
        leads = narrow_assigned(narrow(scope.only_workspace()), filters, scope).sorted_by(filters.sort)
        places = leads.values_list(SORT_KEYS[filters.sort][0], "pk")
        return next(iter(places[SEARCH_WINDOW : SEARCH_WINDOW + 1]), None)
    size = min(SEARCH_WINDOW, MOST_LOOKED_AT // workspaces)
    return merged_place(scope, filters.sort, lambda leads: narrow_assigned(narrow(leads), filters, scope), size)


def _first_rows(scope: Scope, filters: ListFilters, narrow: Narrow) -> list[Lead]:
    """The first rows of the list, one more than the page to know whether another follows."""
    wanted = filters.limit + 1
    if len(scope.workspaces) == 1:
        leads = narrow(scope.only_workspace()).sorted_by(filters.sort)
        if not _may_walk_far(filters):
            return list(leads.for_inbox_list()[:wanted])
        ids = first_ids(leads, wanted)
    else:
        ids = merged_ids(scope, filters.sort, narrow, wanted)
    return list(Lead.objects.filter(pk__in=ids).for_inbox_list().sorted_by(filters.sort))


def _may_walk_far(filters: ListFilters) -> bool:
    """Whether many rows may be passed over before the page is full: no index has the order of these rows alone."""
    has_order_of_its_own = filters.tab == Tab.ALL or filters.sort in (LeadSort.NEWEST, LeadSort.OLDEST)
    return filters.narrows or not has_order_of_its_own
