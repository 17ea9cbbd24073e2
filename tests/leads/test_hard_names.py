"""Every safety rule of leads and messages (03) has a test that carries its name."""

import pytest

from tests.support.hard_names import has_test, wanted

RULES = """
    blacklist-never-lowered optout-memory-survives own-senders-never-leads model-never-supplies-digits
    company-url-never-matches blacklist-survives-merge nothing-below-the-boundary raw-html-never-rendered
    unknown-counts-as-sent optout-read-before-all only-a-person-lifts-optout channel-scope-of-stops
    compliance-under-the-lock stale-sending-becomes-unknown unknown-never-resent import-sends-nothing
"""


@pytest.mark.parametrize("name", wanted("03", RULES))
def test_the_rule_has_a_test_of_its_name(name: str) -> None:
    assert has_test(name)
