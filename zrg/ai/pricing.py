"""What a model call costs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from zrg.ai.params import model_name

PER_MILLION = Decimal(1_000_000)
COST_STEP = Decimal("0.000001")
CHAT_SUFFIXES = ("-chat-latest", "-chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """USD per million tokens."""

    input_usd: Decimal
    output_usd: Decimal


DEFAULT_PRICES: Mapping[str, ModelPrice] = {
    "gpt-5": ModelPrice(input_usd=Decimal("1.25"), output_usd=Decimal(10)),
    "gpt-5.1": ModelPrice(input_usd=Decimal("1.25"), output_usd=Decimal(10)),
    "gpt-5.2": ModelPrice(input_usd=Decimal("1.75"), output_usd=Decimal(14)),
    "gpt-5-mini": ModelPrice(input_usd=Decimal("0.25"), output_usd=Decimal(2)),
    "gpt-5-nano": ModelPrice(input_usd=Decimal("0.05"), output_usd=Decimal("0.4")),
}


def parse_prices(pricing_json: str | None) -> dict[str, ModelPrice]:
    """The price list: the built-in one, overridden entry by entry.

    `pricing_json` is `{"model": {"inputUsdPer1MTokens": …, "outputUsdPer1MTokens": …}}`; an invalid
    entry, or text that is no such object, is ignored.
    """
    prices = dict(DEFAULT_PRICES)
    try:
        entries = json.loads(pricing_json or "{}", parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return prices
    if isinstance(entries, dict):
        for model, entry in entries.items():
            if (name := model_name(model)) and (price := _parse_price(entry)):
                prices[name] = price
    return prices


def price_of(model: str, prices: Mapping[str, ModelPrice] = DEFAULT_PRICES) -> ModelPrice | None:
    """The price of a model by its name without date, a chat variant as its base; None when unknown."""
    name = model_name(model)
    if name in prices:
        return prices[name]
    base = next((name.removesuffix(suffix) for suffix in CHAT_SUFFIXES if name.endswith(suffix)), "")
    return prices.get(base)


def cost_usd(
    model: str, input_tokens: int, output_tokens: int, prices: Mapping[str, ModelPrice] = DEFAULT_PRICES
) -> Decimal | None:
    """Cost of one call in USD to six places; None when the model's price is unknown.

    `output_tokens` include the reasoning tokens, as the provider counts them.
    """
    price = price_of(model, prices)
    if price is None:
        return None
    cost = (input_tokens * price.input_usd + output_tokens * price.output_usd) / PER_MILLION
    return cost.quantize(COST_STEP, ROUND_HALF_UP)


def _parse_price(entry: Any) -> ModelPrice | None:
    if not isinstance(entry, dict):
        return None
    input_usd = _parse_usd(entry.get("inputUsdPer1MTokens"))
    output_usd = _parse_usd(entry.get("outputUsdPer1MTokens"))
    if input_usd is None or output_usd is None:
        return None
    return ModelPrice(input_usd=input_usd, output_usd=output_usd)


def _parse_usd(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    # Above this a price is a typing error, and the cost column would not hold it.
    return Decimal(value) if 0 <= value <= 100_000 else None
