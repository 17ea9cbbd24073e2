"""What a saved view is: a name, and filters of the list that are checked like those of a link."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from leads.enums import Channel, LeadSort, LeadStatus, ScoreFilter, Tab
from leads.rules.filters import ME, NOBODY, UNATTRIBUTED, read_filters
from zrg.lib.errors import BadInput

# Parameters of the list that a link, a form or a saved view carries along.
LIST_KEYS = ("tab", "channels", "sentiments", "score", "smsCampaignId", "assigned", "status", "search", "sort")
DEFAULTS = {"tab": [Tab.ALL.value], "sort": [LeadSort.NEWEST.value]}
MAX_NAME = 60
MAX_VALUE = 200

Params = dict[str, list[str]]


def clean_name(text: str) -> str:
    """The name as it is stored: 1–60 printable characters on one line."""
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadInput(f"Give it a name of at most {MAX_NAME} characters.", code="bad_name", field="name")
    return name


def clean_params(params: Mapping[str, Sequence[str]]) -> Params:
    """The filters in one fixed form, defaults left out; raises `UnknownFilter` for a value nobody knows.

    The place in the list and the workspace are no filters: keys that are not in `LIST_KEYS` are dropped.
    """
    kept: Params = {}
    for key in LIST_KEYS:
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
    words = [filters.tab.label]
    words += [Channel(channel).label for channel in filters.channels]
    words += filters.sentiments
    words += [LeadStatus(filters.status).label] if filters.status else []
    words += [f"score {ScoreFilter(filters.score).label}"] if filters.score else []
    if filters.assigned:
        words.append({ME: "assigned to me", NOBODY: "assigned to nobody"}.get(str(filters.assigned), "one person's"))
    if filters.sms_campaign:
        words.append("no SMS campaign" if filters.sms_campaign == UNATTRIBUTED else "one SMS campaign")
    words += [f"“{text}”" for text in params.get("search", ())]
    words += [LeadSort(filters.sort).label] if filters.sort != LeadSort.NEWEST else []
    return " · ".join(words)
