"""Every safety rule of the rotation (11a) and of routing (11b) has a test of its name."""

import pytest

from tests.support.hard_names import has_test, wanted

RULES = {
    "11a": """
        two-workers-one-lead-one-setter no-stealing blacklisted-not-assigned unknown-address-saves-nothing
        only-eligible-setters exact-shares
    """,
    "11b": """
        lock-iff-routing guard-trigger active-partnership one-open-queue-row queue-invariant one-log-row-per-transition
        claim one-credit-per-lead state-machine nobody-waits owner-only no-network-in-transaction lock-order
        bad-lead-stops-nobody safety-before-rules no-delivery-by-old-rules null-hash race-loser-is-duplicate
        collision-is-duplicate partner-not-disclosed no-foreign-pointers activity-never-moves messages-masked
        routing-context append-only insert-then-route output-safety off-means-untouched cap-never-overshot
        members-see-their-side-only killed-worker-loses-nothing nothing-twice-by-many-workers
    """,
}


@pytest.mark.unit
@pytest.mark.parametrize("name", [name for part, rules in RULES.items() for name in wanted(part, rules)])
def test_the_rule_has_a_test_of_its_name(name):
    assert has_test(name)
