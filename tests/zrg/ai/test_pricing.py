import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.ai.pricing import DEFAULT_PRICES, cost_usd, parse_prices, price_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("model", "cost"),
    [
        ("gpt-5", "11.25"),
        ("gpt-5.1", "11.25"),
        ("gpt-5.2", "15.75"),
        ("gpt-5-mini", "2.25"),
        ("gpt-5-nano", "0.45"),
        ("GPT-5-Mini-2025-08-07", "2.25"),
        ("gpt-5-chat-latest", "11.25"),
        ("gpt-5.1-chat", "11.25"),
        ("gpt-5.2-chat-latest", "15.75"),
    ],
)
def test_cost_of_a_million_tokens_each_way(model, cost):
    assert cost_usd(model, 1_000_000, 1_000_000) == Decimal(cost)


@pytest.mark.parametrize("model", ["gpt-5-pro", "gpt-4o", "acme", "gpt-5-codex", "-chat", ""])
def test_unknown_price_is_no_cost_rather_than_zero(model):
    assert cost_usd(model, 1000, 1000) is None


def test_cost_is_exact_to_six_places():
    assert cost_usd("gpt-5-nano", 1, 1) == Decimal("0.000000")
    assert cost_usd("gpt-5-nano", 10, 0) == Decimal("0.000001")
    assert cost_usd("gpt-5-mini", 1234, 567) == Decimal("0.001443")
    assert cost_usd("gpt-5", 0, 0) == 0


def entry(input_usd, output_usd):
    return {"inputUsdPer1MTokens": input_usd, "outputUsdPer1MTokens": output_usd}


def test_override_replaces_and_adds_entry_by_entry():
    prices = parse_prices(json.dumps({"gpt-5": entry(2, 20.5), "Acme-Large": entry(0, 1)}))

    assert cost_usd("gpt-5", 1_000_000, 1_000_000, prices) == Decimal("22.5")
    assert cost_usd("acme-large-2025-01-01", 1_000_000, 1_000_000, prices) == 1
    assert price_of("gpt-5-mini", prices) == DEFAULT_PRICES["gpt-5-mini"]


def test_override_of_a_chat_variant_wins_over_its_base():
    prices = parse_prices(json.dumps({"gpt-5-chat-latest": entry(3, 3)}))

    assert cost_usd("gpt-5-chat-latest", 1_000_000, 0, prices) == 3
    assert cost_usd("gpt-5", 1_000_000, 0, prices) == Decimal("1.25")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "free",
        5,
        [],
        {},
        {"inputUsdPer1MTokens": 1},
        entry("1", "2"),
        entry(-1, 2),
        entry(True, 2),
        entry(1, None),
        entry(1, 10**9),
        entry(float("nan"), 1),
        entry(float("inf"), 1),
    ],
)
def test_invalid_entries_are_ignored(bad):
    prices = parse_prices(json.dumps({"gpt-5": bad, "gpt-5-mini": entry(1, 1)}))

    assert prices["gpt-5"] == DEFAULT_PRICES["gpt-5"]
    assert cost_usd("gpt-5-mini", 1_000_000, 0, prices) == 1


@pytest.mark.parametrize("text", [None, "", "  ", "{", "[]", "null", "5", '{"": {}}', "[" * 100_000])
def test_unreadable_override_leaves_the_built_in_prices(text):
    assert parse_prices(text) == DEFAULT_PRICES


@given(st.sampled_from(sorted(DEFAULT_PRICES)), st.integers(0, 10**8), st.integers(0, 10**8))
def test_cost_grows_with_tokens_and_keeps_six_places(model, input_tokens, output_tokens):
    cost = cost_usd(model, input_tokens, output_tokens)

    assert cost is not None
    assert cost >= 0
    assert cost.as_tuple().exponent == -6
    assert cost <= cost_usd(model, input_tokens + 100, output_tokens + 100)
