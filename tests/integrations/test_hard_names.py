"""Every safety rule of the integrations (02) has a test that carries its name.

`crm-webhook-public-host` is missing: nothing is sent to a CRM yet.
"""

import pytest

from tests.support.hard_names import has_test, wanted

RULES = """
    integrations-know-no-leads single-email-provider secret-bound-to-row key-only-to-own-host staff-phone-never-lead
    provider-switch-drops-ids no-work-on-request-path dedupe-key-has-workspace colleague-is-not-a-lead
    bounce-sender-never-lead own-echo-never-inbound unsigned-calendly-is-a-hint lookups-inside-workspace
    slack-click-checks unknown-never-retried pagination-same-origin waterfall-stops-on-unknown
    mailbox-check-fails-open
"""


@pytest.mark.parametrize("name", wanted("02", RULES))
def test_the_rule_has_a_test_of_its_name(name: str) -> None:
    assert has_test(name)
