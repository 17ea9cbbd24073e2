"""What a saved view is: a name, and filters of the list that are checked like those of a link."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext

from leads.enums import Channel, LeadSort, ScoreFilter, Tab
from leads.rules.filters import ME, NOBODY, UNATTRIBUTED, read_filters
from leads.rules.statuses import read_status
from zrg.lib.errors import BadInput

# What a saved view keeps: it belongs to one workspace.
VIEW_KEYS = ("tab", "channels", "sentiments", "score", "smsCampaignId", "assigned", "status", "search", "sort")
# Parameters of the list that a link or a form carries along.
LIST_KEYS = (*VIEW_KEYS, "workspaces")
DEFAULTS = {"tab": [Tab.ALL.value], "sort": [LeadSort.NEWEST.value]}
MAX_NAME = 60
MAX_VALUE = 200

Params = dict[str, list[str]]


def clean_name(text: str) -> str:
    """The name as it is stored: 1–60 printable characters on one line."""
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadInput(
            gettext("Give it a name of at most {max_name} characters.").format(max_name=MAX_NAME),
            code="bad_name",
            field="name",
        )
    return name


def clean_params(params: Mapping[str, Sequence[str]]) -> Params:
    """The filters in one fixed form, defaults left out; raises `UnknownFilter` for a value nobody knows.

    The place in the list and the workspace are no filters of a view: keys that are not in `VIEW_KEYS` are dropped.
    """
    return _clean(params, VIEW_KEYS)


def clean_list(params: Mapping[str, Sequence[str]]) -> Params:
    """The same for a list, which may be one of several workspaces."""
    return _clean(params, LIST_KEYS)


def _clean(params: Mapping[str, Sequence[str]], keys: Sequence[str]) -> Params:
    kept: Params = {}
    for key in keys:
        values = sorted({value.strip()[:MAX_VALUE] for value in params.get(key, ()) if value.strip()})
        if values and values != DEFAULTS.get(key):
            kept[key] = values
    read_filters(kept)
    return kept


def view_query(params: Params) -> str:
    """The filters as they stand in a link."""
    return urlencode(params, doseq=True)


def describe(params: Params) -> str:
    """The filters in words, for people: "All responses · E-mail · Interested"."""
    filters = read_filters(params)
    words = [filter_words(key, value, {}) for key, values in params.items() if key != "tab" for value in values]
    return " · ".join([gettext(filters.tab.label), *words])


def filter_words(key: str, value: str, names: Mapping[str, str]) -> str:
    """One checked filter in words; `names` are those of people, campaigns and workspaces by id."""
    match key:
        case "channels":
            return gettext(Channel(value).label)
        case "status":
            status = read_status(value)
            return gettext(status.label) if status else value
        case "score":
            return gettext("score {score}").format(score=gettext(ScoreFilter(value).label))
        case "assigned":
            words = {ME: gettext("assigned to me"), NOBODY: gettext("assigned to nobody")}
            if value in words or value not in names:
                return words.get(value, gettext("one person's"))
            return gettext("assigned to {name}").format(name=names[value])
        case "smsCampaignId":
            if value == UNATTRIBUTED:
                return gettext("no SMS campaign")
            return names.get(value, gettext("one SMS campaign"))
        case "search":
            return f"“{value}”"
        case "sort":
            return gettext(LeadSort(value).label)
        case _:
            return names.get(value, value)
