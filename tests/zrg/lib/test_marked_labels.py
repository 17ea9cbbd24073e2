"""Labels of closed sets are marked for translation where they are declared, and said where they are printed."""

import re
from pathlib import Path

import pytest

from zrg.lib.spoken import spoken_choices
from zrg.workspaces.enums import MembershipRole

ROOT = Path(__file__).resolve().parents[3]
# States of queues and runs, which only operators see, are English (0199).
DECLARED = sorted(set(ROOT.glob("*/enums.py")) | set(ROOT.glob("zrg/*/enums.py")) - {ROOT / "zrg/jobs/enums.py"})
NAMES = {
    "EmailBison", "SmartLead", "Instantly", "GoHighLevel", "Unipile", "Calendly", "Slack", "Resend", "Clay", "HubSpot",
    "SMTP", "GPT-5 mini", "GPT-5.1", "GPT-5.2", "4",
}  # fmt: skip
BARE = re.compile(r'^    [A-Z][A-Z0-9_]* = "[^"]*", "([^"]*)"', re.MULTILINE)


@pytest.mark.unit
def test_every_label_is_marked():
    found = {label for module in DECLARED for label in BARE.findall(module.read_text())}

    assert len(DECLARED) == 8
    assert found - NAMES == set()


@pytest.mark.unit
def test_choices_are_said_when_they_are_printed(settings):
    choices = spoken_choices(MembershipRole.choices)

    assert [(value, str(label)) for value, label in choices] == MembershipRole.choices
    assert {type(label) for _, label in MembershipRole.choices} == {str}
    assert not any(isinstance(label, str) for _, label in choices)
