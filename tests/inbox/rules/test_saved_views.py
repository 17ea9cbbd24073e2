"""Names and filters of saved views."""

import pytest

from inbox.rules.saved_views import clean_name, clean_params, describe, view_query
from leads.errors import UnknownFilter
from zrg.lib.errors import BadInput

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("params", "kept"),
    [
        ({}, {}),
        ({"tab": ["all"], "sort": ["newest"], "status": [""]}, {}),
        ({"channels": ["sms", "email", "sms"]}, {"channels": ["email", "sms"]}),
        ({"tab": ["drafts"], "cursor": ["abc"], "clientId": ["x"], "leadId": ["y"]}, {"tab": ["drafts"]}),
        ({"score": ["3+"], "search": ["  dana "]}, {"score": ["3+"], "search": ["dana"]}),
    ],
)
def test_filters_are_kept_in_one_form(params, kept):
    assert clean_params(params) == kept


@pytest.mark.parametrize(
    ("params", "key"),
    [({"tab": ["elsewhere"]}, "tab"), ({"channels": ["fax"]}, "channels"), ({"assigned": ["you"]}, "assigned")],
)
def test_unknown_value_is_refused_by_name(params, key):
    with pytest.raises(UnknownFilter) as refused:
        clean_params(params)

    assert refused.value.data["field"] == key


@pytest.mark.parametrize(("text", "name"), [("  My   leads ", "My leads"), ("x" * 60, "x" * 60)])
def test_name_is_one_line(text, name):
    assert clean_name(text) == name


@pytest.mark.parametrize("text", ["", "  ", "x" * 61, "a\x07b"])
def test_bad_name_is_refused(text):
    with pytest.raises(BadInput) as refused:
        clean_name(text)

    assert (refused.value.code, refused.value.data["field"]) == ("bad_name", "name")


def test_filters_in_words_and_as_link():
    params = clean_params({"tab": ["responses"], "channels": ["sms"], "assigned": ["me"], "search": ["dana r"]})

    assert describe(params) == "All responses · SMS · assigned to me · “dana r”"
    assert view_query(params) == "tab=responses&channels=sms&assigned=me&search=dana+r"
