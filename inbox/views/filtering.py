"""The filters of the list as a person sees them: what can be chosen, and what is in force with a way out of each."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.enums import CURRENT_TAGS, SentimentTag
from inbox.rules.saved_views import clean_list, filter_words, view_query
from inbox.services.filter_choices import FilterChoices, filter_names
from leads.enums import Channel, LeadSort, LeadStatus, ScoreFilter
from leads.rules.filters import ListFilters
from leads.rules.search import SearchKind
from zrg.workspaces.access import Access

ONE_PERSON, ONE_CAMPAIGN = _("One person"), _("One SMS campaign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter in force; `query` is the list without it."""

    label: str
    query: str


def filter_context(
    access: Access, filters: ListFilters, query: QueryDict, choices: FilterChoices | None = None
) -> dict[str, Any]:
    """What the form of filters and the chips above the rows print.

    `choices` are read when the form is opened; until then it offers what is in force.
    """
    workspaces = [filters.workspace] if filters.workspace else sorted(access.workspace_ids)
    names = filter_names(filters, workspaces) | {
        str(one.workspace_id): one.label for one in access.by_workspace.values()
    }
    offered = {one.pk for one in choices.people} | {one.pk for one in choices.campaigns} if choices else set()
    return {
        "filters": filters,
        "choices": choices,
        "chips": _chips(query, names),
        "in_texts": _in_texts(filters, query),
        "chosen_person": _name(filters.assigned, names, offered, ONE_PERSON),
        "chosen_campaign": _name(filters.sms_campaign, names, offered, ONE_CAMPAIGN),
        # Whoever sees only their own leads has nothing to choose from.
        "sees_all": bool(access.ws_all.intersection(workspaces)),
        "channel_choices": Channel.choices,
        "sentiment_choices": [tag for tag in CURRENT_TAGS if tag != SentimentTag.SNOOZED],
        "status_choices": LeadStatus.choices,
        "score_choices": ScoreFilter.choices,
        "sort_choices": LeadSort.choices,
    }


def _chips(query: QueryDict, names: dict[str, str]) -> list[Chip]:
    params = clean_list(dict(query.lists()))
    return [
        Chip(label=filter_words(key, value, names), query=view_query(_without(params, key, value)))
        for key, values in params.items()
        if key != "tab"
        for value in values
    ]


def _in_texts(filters: ListFilters, query: QueryDict) -> str:
    """The same list with the words looked for in messages; "" when nobody searches people by words."""
    if filters.search.kind != SearchKind.WORDS:
        return ""
    return view_query({**clean_list(dict(query.lists())), "search": [f"{filters.search.value} in:body"]})


def _without(params: dict[str, list[str]], key: str, value: str) -> dict[str, list[str]]:
    rest = {**params, key: [one for one in params[key] if one != value]}
    return {name: values for name, values in rest.items() if values}


def _name(wanted: object, names: dict[str, str], offered: set[Any], otherwise: str) -> str:
    """The name of a choice in force that the form does not offer; words such as "me" it always does."""
    if wanted is None or isinstance(wanted, str) or wanted in offered:
        return ""
    return names.get(str(wanted)) or gettext(otherwise)
