"""Every safety rule of the AI pipeline (05), of auto-send (06) and of the inbox (07) has a test of its name."""

import pytest

from tests.support.hard_names import has_test, wanted

RULES = {
    "05": """
        stop-stops-automation one-draft-per-trigger one-pending-reply-draft statistics-never-text safety-first
        lead-text-is-data person-clears-optout deterministic-beats-model booked-needs-evidence
        failure-is-not-neutral no-draft-for-opted-out signature-urls-from-list assistant-signature-ignored
        fallback-never-unattended every-call-has-a-timeout broken-text-refused facts-only variables-never-rescanned
        params-for-the-model-sent effort-supported regenerate-keeps-old regenerated-never-auto-sent
        knowledge-url-guard no-booking-from-machines
    """,
    "06": """
        revision-super-admin-only switches-stop-scheduled manual-drafts-not-evaluated hard-blocks
        invariants-not-skippable no-fallback-to-now custom-without-schedule revalidate-under-lock
        revision-claimed-once revision-never-overwrites-a-person slack-text-inert slack-signature
        slack-approver-checks exactly-one-message no-send-without-decision no-text-in-events
    """,
    "07": """
        search-in-scope safe-rendering no-disguised-links typed-text-kept second-approval-harmless
        old-draft-survives placeholder-refused known-recipients-only blacklist-is-stop-lead settings-read-only
        later-send-held notes-cannot-be-sent unknown-resent-by-person-only
    """,
}


@pytest.mark.parametrize("name", [name for part, rules in RULES.items() for name in wanted(part, rules)])
def test_the_rule_has_a_test_of_its_name(name):
    assert has_test(name)
