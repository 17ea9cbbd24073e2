"""Links: what they open, and what they never tell."""

from uuid import UUID, uuid4

import pytest

from zrg.workspaces.rules.deep_links import NOT_AVAILABLE, choose_workspace, read_link

pytestmark = pytest.mark.unit
A, B, C = (UUID(int=number) for number in (1, 2, 3))


def choose(params, *, accessible=(A, B), lead=None, last=None):
    return choose_workspace(read_link(params), accessible=list(accessible), lead_workspace=lead, last_workspace=last)


@pytest.mark.parametrize(
    ("params", "lead", "last", "expected", "reason"),
    [
        ({"clientId": str(B)}, None, None, B, "client"),
        ({"clientId": str(B)}, A, None, A, "lead"),
        ({"leadId": str(uuid4())}, B, A, B, "lead"),
        ({}, None, B, B, "last"),
        ({}, None, C, A, "first"),
        ({"clientId": "nonsense"}, None, None, A, "first"),
    ],
)
def test_choice(params, lead, last, expected, reason):
    active = choose(params, lead=lead, last=last)

    assert (active.workspace_id, active.reason, active.notice) == (expected, reason, "")


@pytest.mark.parametrize("unknown", [C, uuid4()])
def test_unavailable_workspace_gets_one_neutral_banner(unknown):
    active = choose({"clientId": str(unknown)}, last=B)

    assert (active.workspace_id, active.notice) == (B, NOT_AVAILABLE)


def test_nobody_without_workspace():
    active = choose({}, accessible=())

    assert (active.workspace_id, active.reason) == (None, "none")


def test_all_workspaces_is_explicit_and_never_for_settings():
    assert choose({"clientId": "all"}).all_workspaces
    assert not choose({"clientId": "all"}, accessible=(A,)).all_workspaces
    assert not choose({"clientId": "all", "view": "settings"}).all_workspaces
    assert not choose({}).all_workspaces


def test_lead_always_opens_the_inbox():
    assert read_link({"view": "settings", "leadId": str(A)}).view == "inbox"


@pytest.mark.parametrize(
    ("params", "attribute", "expected"),
    [
        ({"view": "crm"}, "tab", "crm"),
        ({"view": "crm"}, "view", "analytics"),
        ({"view": "nonsense"}, "view", "inbox"),
        ({"settingsTab": "team"}, "settings_tab", "team"),
        ({"settingsTab": "nonsense"}, "settings_tab", "general"),
        ({"draftId": "not-a-uuid"}, "draft_id", None),
        ({"action": "sequence"}, "open_sequences", True),
        ({"edit": "1"}, "focus_editor", True),
    ],
)
def test_parameters(params, attribute, expected):
    assert getattr(read_link(params), attribute) == expected
