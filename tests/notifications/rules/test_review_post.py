"""How a review post looks, and that nothing in it does anything."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifications.rules.review_post import Buttons, Card, Links, closed_post, inert, open_post, preview, without

FIXTURE = Path(__file__).parent / "review_post.json"
ZONE = ZoneInfo("America/New_York")
LINKS = Links(view="https://app.example.net/?view=inbox&draftId=d", edit="https://app.example.net/?edit=1")


def card(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "lead_name": "Dana Reyes",
        "campaign": "Northfork spring",
        "sentiment": "Information Requested",
        "confidence": 0.72,
        "threshold": 0.9,
        "reason": "The lead asks for a price that the context does not hold.",
        "inbound": "Could you send pricing for ten seats?",
        "content": "Hi Dana,\n\nten seats are $450 a month.",
        "written_at": datetime(2026, 3, 2, 20, 2, tzinfo=UTC),
        "private": ("dana@northfork.example", "+15550100020"),
    }
    return Card(**values | changes)


def post(*, can_approve: bool = True, notes: tuple[str, ...] = (), **changes: Any) -> list[dict[str, Any]]:
    buttons = Buttons(
        draft_id="draft",
        lead_id="lead",
        workspace_id="workspace",
        version=3,
        cycle_key="cycle",
        regenerations=2,
        can_approve=can_approve,
    )
    return open_post(card(**changes), buttons, LINKS, zone=ZONE, notes=notes)


def button(blocks: list[dict[str, Any]], action_id: str) -> dict[str, Any]:
    return next(one for one in blocks[-1]["elements"] if one["action_id"] == action_id)


def test_post_is_the_pinned_one() -> None:
    assert post() == json.loads(FIXTURE.read_text())


def test_without_confidence_or_campaign_a_dash_stands() -> None:
    fields = post(confidence=None, campaign="")[1]["fields"]

    assert [field["text"] for field in fields] == [
        "*Lead*\nDana Reyes",
        "*Campaign*\n–",
        "*Sentiment*\nInformation Requested",
        "*Confidence*\n–",
    ]


@pytest.mark.parametrize(("share", "shown"), [(0.29, "29 %"), (0.8999, "89 %"), (0.9, "90 %"), (1.0, "100 %")])
def test_confidence_never_looks_higher_than_it_is(share: float, shown: str) -> None:
    assert post(confidence=share)[1]["fields"][3]["text"] == f"*Confidence*\n{shown} (needs 90 %)"


def test_approving_a_shortened_draft_is_asked_twice() -> None:
    long = post(content="word " * 400)

    assert button(long, "approve_send")["confirm"]["text"]["text"] == (
        "The post shows a part of the draft; it has 2,000 characters."
    )
    assert long[4]["text"]["text"].startswith("*Draft* (shortened)\nword word")
    assert "confirm" not in button(post(), "approve_send")
    assert button(post(), "reject_draft")["confirm"]["confirm"]["text"] == "Reject"


def test_overtaken_draft_has_no_approve_button() -> None:
    blocks = post(can_approve=False, notes=("Something newer.",))

    assert [one["action_id"] for one in blocks[-1]["elements"]] == [
        "view_dashboard",
        "edit_dashboard",
        "regenerate_draft_fast",
        "reject_draft",
    ]
    assert blocks[5]["text"]["text"] == ":warning: Something newer."


def test_hard_06_slack_text_inert() -> None:
    """Whatever a lead writes, wherever it is shown: it pings nobody, links nowhere and formats nothing."""
    evil = "<!channel> <@U0KIM> <https://evil.example|click> @here `code` & https://evil.example \u202egnp.exe"

    blocks = post(lead_name=evil, campaign=evil, sentiment=evil, reason=evil, inbound=evil, content=evil)
    closed = closed_post(card(lead_name=evil), "Sent", LINKS)

    shown = [one for block in [*blocks, *closed] for one in texts(block)]
    assert len(shown) == 9
    for one in shown:
        assert one["verbatim"] is True
        body = one["text"].replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert not set("<>&`\u202e") & set(body)
        assert "@here" not in body
        assert "@U0KIM" not in body
        assert "://" not in body


def texts(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Every text object of a block that Slack would read as markup."""
    held = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
    return [one for one in held if one and one["type"] == "mrkdwn"]


@pytest.mark.parametrize(
    "text",
    [
        "Write to Dana@Northfork.example or call",
        "Call +1 (555) 010-0020, or",
        "call 555.010.0020",
        "+15550100020",
    ],
)
def test_post_holds_no_address_and_no_number_of_the_lead(text: str) -> None:
    private = ("dana@northfork.example", "+15550100020", "5550100020")
    shown = json.dumps(post(inbound=text, content=text, lead_name=text, private=private)).lower()

    assert "northfork.example" not in shown
    assert "0020" not in shown


def test_short_numbers_are_left_alone() -> None:
    assert without("450 a month, 12345 seats", ("12345",)) == "450 a month, 12345 seats"


def test_preview_fits_when_everything_must_be_escaped() -> None:
    shown, is_cut = preview("&" * 1_400)

    assert len(shown) <= 2_800
    assert is_cut
    assert shown.replace("&amp;", "") == "…"


@pytest.mark.parametrize(("length", "is_cut"), [(1_400, False), (1_401, True)])
def test_preview_is_cut_after_1400_characters(length: int, is_cut: bool) -> None:
    shown, cut = preview("x" * length)

    assert (len(shown), cut) == (1_401 if is_cut else 1_400, is_cut)


def test_inert_text_stays_readable() -> None:
    assert inert(" Hi,\r\n\r\n\r\n\r\n5 > 3 & 2 < 3\x00\u200b ") == "Hi,\n\n5 &gt; 3 &amp; 2 &lt; 3"
