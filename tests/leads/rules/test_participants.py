"""Who takes part in a thread, whom a reply addresses, and who never does."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.rules.participants import (
    add_alternate_email,
    apply_to_override,
    compute_replier_update,
    is_cc_replier,
    promote_alternate,
    resolve_reply_recipients,
    sanitize_cc_list,
)

pytestmark = pytest.mark.unit

DANA, KIM, LEE, OWN = "dana@x.example", "kim@x.example", "lee@x.example", "rep@outbound.example"
BEFORE, NOW = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lead_email", "from_email", "expected"),
    [
        (DANA, KIM, True),
        (DANA, "Kim <KIM@x.example>", True),
        (DANA, " DANA@X.example ", False),
        (None, KIM, False),
        (DANA, None, False),
        (DANA, "not an address", False),
        ("", "", False),
    ],
)
def test_is_cc_replier(lead_email: str | None, from_email: str | None, expected: bool) -> None:
    assert is_cc_replier(lead_email, from_email) is expected


@pytest.mark.parametrize(
    ("existing", "new", "primary", "expected"),
    [
        ([], KIM, DANA, [KIM]),
        (None, KIM, DANA, [KIM]),
        ([KIM], "KIM@x.example", DANA, [KIM]),
        ([KIM], LEE, DANA, [KIM, LEE]),
        ([LEE, KIM], KIM, DANA, [LEE, KIM]),
        ([KIM], DANA, "Dana <DANA@x.example>", [KIM]),
        ([DANA.upper(), KIM], LEE, DANA, [KIM, LEE]),
        ([KIM], "nope", DANA, [KIM]),
        ([KIM, "nope", KIM.upper()], None, DANA, [KIM]),
        ([], KIM, None, [KIM]),
    ],
)
def test_add_alternate_email(
    existing: list[str] | None, new: str | None, primary: str | None, expected: list[str]
) -> None:
    assert add_alternate_email(existing, new, primary) == expected


def test_alternates_hold_fifty() -> None:
    full = [f"p{number}@x.example" for number in range(50)]

    assert add_alternate_email(full, KIM, DANA) == full
    assert add_alternate_email(full[1:], KIM, DANA) == [*full[1:], KIM]


@pytest.mark.parametrize(
    ("cc", "expected"),
    [
        ([" A@x.example ", "a@x.example", "nope", ""], {"valid": ["a@x.example"], "invalid": ["nope"]}),
        (["Kim <KIM@x.example>", " No Address ", None], {"valid": [KIM], "invalid": ["No Address"]}),
        ([OWN, "REP@outbound.example", KIM], {"valid": [KIM], "invalid": []}),
        (["a@x.example,b@x.example"], {"valid": [], "invalid": ["a@x.example,b@x.example"]}),
        ([], {"valid": [], "invalid": []}),
        (None, {"valid": [], "invalid": []}),
    ],
)
def test_sanitize_cc_list(cc: list[str | None] | None, expected: dict[str, list[str]]) -> None:
    assert sanitize_cc_list(cc, own=[OWN]) == expected


def test_sanitize_cc_list_drops_own_domains_before_it_caps() -> None:
    cc = [*(f"m{number}@outbound.example" for number in range(30)), *(f"p{number}@x.example" for number in range(30))]

    assert sanitize_cc_list(cc, own=["@Outbound.example"])["valid"] == [f"p{number}@x.example" for number in range(20)]
    assert sanitize_cc_list(cc, max_cc=2, own=["@outbound.example"])["valid"] == ["p0@x.example", "p1@x.example"]


@pytest.mark.parametrize(
    ("base_to", "cc", "override", "expected"),
    [
        (DANA, [LEE], None, (DANA, [LEE], False)),
        (DANA, [DANA, LEE], None, (DANA, [LEE], False)),
        (KIM, [LEE], None, (KIM, [DANA, LEE], False)),
        (KIM, [LEE, DANA, KIM], None, (KIM, [DANA, LEE], False)),
        (DANA, [LEE], KIM, (KIM, [DANA, LEE], True)),
        (DANA, [KIM.upper(), LEE, DANA], " KIM@x.example", (KIM, [DANA, LEE], True)),
        (KIM, [DANA, KIM, LEE], DANA, (DANA, [KIM, LEE], True)),
        (DANA, [LEE], "not an address", (DANA, [LEE], False)),
        (DANA, [LEE, "nope", LEE], "", (DANA, [LEE], False)),
        (None, [LEE], None, (None, [LEE], False)),
        (None, [LEE], KIM, (KIM, [DANA, LEE], True)),
    ],
)
def test_apply_to_override(
    base_to: str | None, cc: list[str], override: str | None, expected: tuple[str | None, list[str], bool]
) -> None:
    result = apply_to_override(DANA, base_to, "Base", cc, override)

    assert (result["to_email"], result["cc"], result["override_applied"]) == expected


def test_apply_to_override_without_a_primary_copies_nobody_extra() -> None:
    assert apply_to_override(None, DANA, None, [LEE], KIM)["cc"] == [LEE]


@pytest.mark.parametrize(
    ("override", "name", "expected"),
    [(None, None, "Base"), (KIM, "Kim", "Kim"), (KIM, None, None), (DANA, None, "Base"), (DANA, "Dana R", "Dana R")],
)
def test_apply_to_override_names(override: str | None, name: str | None, expected: str | None) -> None:
    assert apply_to_override(DANA, DANA, "Base", [], override, name)["to_name"] == expected


def test_the_primary_keeps_its_place_in_a_full_cc() -> None:
    crowd = [f"p{number}@x.example" for number in range(25)]

    assert apply_to_override(DANA, KIM, None, crowd)["cc"] == [DANA, *crowd[:19]]
    assert resolve_reply_recipients(DANA, None, KIM, None, crowd, [])["cc"] == [DANA, *crowd[:19]]  # type: ignore[typeddict-item]


def update(selected: str | None, name: str | None = None, **given: object) -> dict[str, object]:
    lead: dict[str, object] = {
        "alternate_emails": [KIM],
        "current_replier_email": KIM,
        "current_replier_name": "Kim",
        "current_replier_since": BEFORE,
    }
    result = compute_replier_update(DANA, selected, name, **(lead | given), now=NOW)  # type: ignore[arg-type]
    return dict(result)


def outcome(alternates: list[str], email: str | None, name: str | None, since: datetime | None, changed: bool) -> dict:
    return {
        "alternate_emails": alternates,
        "current_replier_email": email,
        "current_replier_name": name,
        "current_replier_since": since,
        "changed": changed,
    }


@pytest.mark.parametrize("selected", [None, "", "nope", "noreply@x.example"])
def test_no_choice_changes_nothing(selected: str | None) -> None:
    assert update(selected, "Name") == outcome([KIM], KIM, "Kim", BEFORE, False)


def test_choosing_the_primary_clears_the_replier() -> None:
    assert update("DANA@x.example") == outcome([KIM], None, None, None, True)
    nobody = {"current_replier_email": None, "current_replier_name": None, "current_replier_since": None}
    assert update(DANA, **nobody) == outcome([KIM], None, None, None, False)


def test_choosing_the_replier_again_keeps_since() -> None:
    assert update(" KIM@x.example ") == outcome([KIM], KIM, "Kim", BEFORE, False)
    assert update(KIM, "Kim Lee") == outcome([KIM], KIM, "Kim Lee", BEFORE, True)
    assert update(KIM, alternate_emails=[]) == outcome([KIM], KIM, "Kim", BEFORE, True)


def test_choosing_somebody_else_starts_anew() -> None:
    assert update(LEE.upper(), "Lee") == outcome([KIM, LEE], LEE, "Lee", NOW, True)
    assert update(LEE) == outcome([KIM, LEE], LEE, None, NOW, True)


@pytest.mark.parametrize(
    ("replier", "cc", "expected"),
    [
        (None, [LEE], {"to_email": DANA, "to_name": "Dana", "cc": [LEE]}),
        (None, [DANA, LEE, LEE.upper(), OWN, "nope"], {"to_email": DANA, "to_name": "Dana", "cc": [LEE]}),
        (KIM, [DANA, LEE], {"to_email": KIM, "to_name": "Kim", "cc": [DANA, LEE]}),
        (KIM, [LEE, KIM, DANA], {"to_email": KIM, "to_name": "Kim", "cc": [DANA, LEE]}),
        (KIM, [], {"to_email": KIM, "to_name": "Kim", "cc": [DANA]}),
        (KIM, None, {"to_email": KIM, "to_name": "Kim", "cc": [DANA]}),
        ("DANA@x.example", [LEE], {"to_email": DANA, "to_name": "Kim", "cc": [LEE]}),
        ("nope", [LEE], {"to_email": DANA, "to_name": "Dana", "cc": [LEE]}),
    ],
)
def test_resolve_reply_recipients(replier: str | None, cc: list[str] | None, expected: dict[str, object]) -> None:
    assert resolve_reply_recipients(DANA, "Dana", replier, "Kim", cc, [OWN]) == expected


def test_nobody_to_answer() -> None:
    assert resolve_reply_recipients(None, None, None, None, [KIM], []) == {"error": "missing_recipient"}
    assert resolve_reply_recipients("nope", None, "", None, [], []) == {"error": "missing_recipient"}


def test_reply_to_a_replier_without_a_primary() -> None:
    assert resolve_reply_recipients(None, None, KIM, None, [LEE], []) == {"to_email": KIM, "to_name": None, "cc": [LEE]}


@pytest.mark.parametrize(
    ("replier", "new", "expected"),
    [
        (KIM, "KIM@x.example", {"email": KIM, "alternate_emails": [LEE, DANA], "current_replier_email": None}),
        (LEE, KIM, {"email": KIM, "alternate_emails": [LEE, DANA], "current_replier_email": LEE}),
        (None, LEE, {"email": LEE, "alternate_emails": [KIM, DANA], "current_replier_email": None}),
        (KIM, "nope", {"error": "Invalid email address"}),
        (KIM, None, {"error": "Invalid email address"}),
        (KIM, "Dana <DANA@x.example>", {"error": "Email is already the primary contact"}),
        (KIM, "other@x.example", {"error": "Email is not an alternate contact for this lead"}),
    ],
)
def test_promote_alternate(replier: str | None, new: str | None, expected: dict[str, object]) -> None:
    assert promote_alternate(DANA, [KIM, LEE.upper()], replier, new) == expected


def test_promoting_without_a_primary_leaves_no_alternate_behind() -> None:
    assert promote_alternate(None, [KIM], None, KIM) == {
        "email": KIM,
        "alternate_emails": [],
        "current_replier_email": None,
    }


MACHINES = ["noreply@x.example", "MAILER-DAEMON@mx.example", "bounces+12@x.example", "no-reply.sales@x.example"]


@pytest.mark.parametrize("machine", MACHINES)
def test_hard_03_own_senders_never_leads_nor_machines(machine: str) -> None:
    assert add_alternate_email([machine], machine, DANA) == []
    assert update(machine)["changed"] is False
    assert resolve_reply_recipients(DANA, None, machine, None, [], [])["to_email"] == DANA  # type: ignore[typeddict-item]
    assert resolve_reply_recipients(machine, None, None, None, [], []) == {"error": "missing_recipient"}
    assert "error" in promote_alternate(DANA, [machine], None, machine)


def test_hard_03_own_senders_never_leads_own_mailboxes_are_nobody() -> None:
    assert resolve_reply_recipients(DANA, None, OWN, None, [OWN], [OWN]) == {
        "to_email": DANA,
        "to_name": None,
        "cc": [],
    }
    assert resolve_reply_recipients(OWN, None, None, None, [], ["@outbound.example"]) == {"error": "missing_recipient"}
    assert resolve_reply_recipients(OWN, None, KIM, None, [LEE], [OWN]) == {
        "to_email": KIM,
        "to_name": None,
        "cc": [LEE],
    }


people = st.sampled_from([DANA, KIM, LEE, OWN, "DANA@X.example", "nope", "", "noreply@x.example"])


@given(people, people, st.lists(people), people)
def test_to_is_never_copied_and_the_primary_never_left_out(
    primary: str, base_to: str, cc: list[str], override: str
) -> None:
    result = apply_to_override(primary, base_to, None, cc, override)

    assert result["to_email"] not in result["cc"]
    assert len(result["cc"]) == len(set(result["cc"])) <= 20
    if is_cc_replier(primary, result["to_email"]):
        assert result["cc"][0] == primary.lower()


@given(people, people, st.lists(people))
def test_recipients_hold_nobody_of_ours(primary: str, replier: str, cc: list[str]) -> None:
    result = resolve_reply_recipients(primary, None, replier, None, cc, [OWN])

    if "error" not in result:
        assert OWN not in [result["to_email"], *result["cc"]]
        assert result["to_email"] not in result["cc"]


@given(st.lists(people), people, people)
def test_alternates_never_hold_the_primary_or_a_machine(existing: list[str], new: str, primary: str) -> None:
    alternates = add_alternate_email(existing, new, primary)

    assert primary.lower() not in alternates
    assert "noreply@x.example" not in alternates
    assert len(alternates) == len(set(alternates))
    assert add_alternate_email(alternates, None, primary) == alternates
