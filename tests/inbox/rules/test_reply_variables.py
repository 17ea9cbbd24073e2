"""Variables of saved replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.outbound_text import find_placeholders
from inbox.rules.reply_variables import VARIABLES, fill_reply, proven, unknown_variables

VALUES = {"firstName": "Dana", "companyName": "Northwind", "leadCompanyName": "{link}", "senderName": " Priya "}


@pytest.mark.parametrize(
    ("body", "text", "missing"),
    [
        ("Hi {firstName}, {firstName}!", "Hi Dana, Dana!", ()),
        ("{FIRST_NAME} {FIRST\\_NAME} {{contact.first_name}} {{contact.first\\_name}}", "Dana Dana Dana Dana", ()),
        ("{name} of {company}", "Priya of Northwind", ()),
        # A value is inserted once and never read again.
        ("at {leadCompanyName}", "at {link}", ()),
        (
            "{calendarLink} or {link}, {calendarLink}",
            "{calendarLink} or {link}, {calendarLink}",
            ("{calendarLink}", "{link}"),
        ),
        # Spelling, case and inner spaces are exact.
        (
            "{firstname} { firstName } {FirstName}",
            "{firstname} { firstName } {FirstName}",
            ("{firstname}", "{ firstName }", "{FirstName}"),
        ),
        ("{} is text", "{} is text", ()),
        ("[day] stays", "[day] stays", ()),
        ("", "", ()),
    ],
)
def test_body_is_filled_with_what_is_known(body, text, missing):
    filled = fill_reply(body, VALUES)

    assert (filled.text, filled.missing) == (text, missing)


@pytest.mark.parametrize("value", [None, "", "  ", "\n"])
def test_a_blank_value_is_missing(value):
    assert fill_reply("Hi {firstName}", {"firstName": value or ""}).missing == ("{firstName}",)


def test_unknown_variables_are_named_once():
    assert unknown_variables("{fname} {firstName} {link} {fname} {{x}} {}") == ["{fname}", "{{x}}"]


@pytest.mark.parametrize("name", VARIABLES)
def test_hard_07_placeholder_refused_for_every_variable_without_a_value(name):
    """What stays in the text is exactly what the guard of a send refuses."""
    filled = fill_reply(f"Hello {{{name}}}", {})

    assert filled.missing == (f"{{{name}}}",)
    assert find_placeholders(filled.text) == [f"{{{name}}}"]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (" Northfork Ltd. ", "Northfork Ltd."),
        ("{link}", ""),
        ("[Company]", ""),
        ("<b>x</b>", ""),
        ("two\nlines", ""),
        ("x" * 201, ""),
        (None, ""),
    ],
)
def test_only_plain_fields_are_proven(value, kept):
    assert proven(value) == kept


@given(st.text(max_size=200), st.text(max_size=40))
def test_whatever_is_typed_the_rest_of_the_text_stays(body, name):
    filled = fill_reply(body.replace("{", "").replace("}", "") + "{firstName}", {"firstName": name})

    assert filled.text == body.replace("{", "").replace("}", "") + (name.strip() or "{firstName}")
