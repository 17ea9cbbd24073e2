"""What the admin calls its tables reads like English."""

import re

import pytest
from django.contrib import admin

pytestmark = pytest.mark.unit

# "dailys", "processs", "branchs", "boxs": endings nobody writes.
WRONG_PLURAL = re.compile(r"([^aeiou]ys|sss|(ch|sh|x)s)\b")
# Short names are written as they are spoken of.
WRONG_WORD = re.compile(r"\b(ai|sms|ghl|crm|api|url|opt outs?|email (campaign|sender)s?)\b")


def registered():
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)
def test_names_of_tables_read_well(model):
    names = (str(model._meta.verbose_name), str(model._meta.verbose_name_plural))

    assert [name for name in names if WRONG_PLURAL.search(name) or WRONG_WORD.search(name)] == []


@pytest.mark.parametrize(
    "wrong", ["ai usage dailys", "booking processs", "mailboxs", "branchs", "ai interaction", "opt outs"]
)
def test_names_that_read_wrong_are_noticed(wrong):
    assert WRONG_PLURAL.search(wrong) or WRONG_WORD.search(wrong)


@pytest.mark.parametrize("right", ["surveys", "processes", "AI usage by day", "opt-outs", "e-mail senders", "statuses"])
def test_names_that_read_well_are_left_alone(right):
    assert (WRONG_PLURAL.search(right), WRONG_WORD.search(right)) == (None, None)
