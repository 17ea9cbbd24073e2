"""Amounts of money in a draft: each needs a source, and the source's cadence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

MILLION = Decimal(1_000_000)
_NUMBER = r"\d[\d.,]*\d|\d"
_AMOUNT = re.compile(
    rf"""
      (?P<sign>[$€£]|\b(?:USD|EUR|GBP)\s?)\s?(?P<number>{_NUMBER})(?:\s?(?P<scale>k|m|mm|mn|bn|b|thousand|million|billion)\b)?
      (?:\s?-\s?(?![$€£])(?P<second>{_NUMBER})(?:\s?(?P<second_scale>k|m|mm|mn|bn|b|thousand|million|billion)\b)?)?\+?
    | (?<![\w.,$€£])(?P<number_first>{_NUMBER})\s?(?P<scale_first>k|m|thousand|million|billion)?\s?
      (?P<sign_last>[$€£](?!\d)|\b(?:USD|EUR|GBP|dollars|euros?)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CURRENCY = {"usd": "$", "dollars": "$", "eur": "€", "euro": "€", "euros": "€", "gbp": "£"}
_SCALE = {
    "k": Decimal(1_000),
    "thousand": Decimal(1_000),
    "m": MILLION,
    "mm": MILLION,
    "mn": MILLION,
    "million": MILLION,
    "b": MILLION * 1_000,
    "bn": MILLION * 1_000,
    "billion": MILLION * 1_000,
}
_OTHER_MONEY = re.compile(
    r"\b(?:revenues?|ARR|MRR|raised|funding|valuation|GMV|run[ -]rate|turnover|saved|pipeline)\b", re.IGNORECASE
)
_PRICE_WORD = re.compile(
    r"\b(?:pric(?:e|es|ed|ing)|costs?|fees?|charg(?:e|es|ed|ing)|pay|pays|paying|plans?|subscriptions?|retainers?|quotes?"
    r"|(?<!run )(?<!run-)rates?)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE_END = re.compile(r"[,;:]\s+|\s(?:but|while|whereas)\s|\sand\s(?![$€£\d])", re.IGNORECASE)
_CADENCES = {
    "weekly": r"(?:per|a|each|every)\sweek|/\s?(?:week|wk)|weekly|pro\sWoche|par\ssemaine",
    "monthly": (
        r"(?:per|a|each|every)\smonth|/\s?(?:month|mo)|monthly|(?:pro|im)\sMonat|monatlich|par\smois|mensuel\w*"
        r"|(?:al|por)\smes|mensual\w*|al\smese|mensil\w*|(?:por|ao)\smês|mensal\w*|per\smaand|maandelijks"
    ),
    "quarterly": r"(?:per|a|each|every)\squarter|/\s?(?:quarter|qtr)|quarterly|every\sthree\smonths|pro\sQuartal",
    "annual": (
        r"(?:per|each|every)\s(?:year|annum)|(?<!for\s)a\syear|/\s?(?:year|yr)|yearly|annual(?:ly)?|annum|pro\sJahr"
        r"|im\sJahr|jährlich|par\san|annuel\w*|al\saño|anual\w*|all'anno|annual[ei]|por\sano|ao\sano|per\sjaar|jaarlijks"
    ),
}
_CADENCE = re.compile(
    "|".join(rf"(?P<{name}>(?<![\w-])(?:{words})(?!\w))" for name, words in _CADENCES.items()), re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An amount with the cadences its clause names."""

    currency: str
    value: Decimal
    cadences: frozenset[str] = field(default_factory=frozenset)

    @property
    def amount(self) -> tuple[str, Decimal]:
        return self.currency, self.value


def price_codes(text: str, *, service: str, knowledge: str) -> set[str]:
    """`price_unsupported`, `price_cadence_mismatch`: the service text outranks knowledge."""
    ours, other = _by_amount(service), _by_amount(knowledge)
    codes: set[str] = set()
    for price in prices_of(text):
        known = ours.get(price.amount, other.get(price.amount))
        if known is None:
            codes.add("price_unsupported")
        elif price.cadences - known:
            codes.add("price_cadence_mismatch")
    return codes


def prices_of(text: str, *, spread: bool = False) -> list[Price]:
    """Amounts that are prices; revenue, funding and the like, and millions, are not.

    `spread`: a clause without cadence takes that of the rest of its sentence ("$450, billed monthly").
    """
    return [price for sentence in _SENTENCE_END.split(text) for price in _in_sentence(sentence, spread)]


def _by_amount(source: str) -> dict[tuple[str, Decimal], frozenset[str]]:
    known: dict[tuple[str, Decimal], frozenset[str]] = {}
    for price in prices_of(source, spread=True):
        known[price.amount] = known.get(price.amount, frozenset()) | price.cadences
    return known


def _in_sentence(sentence: str, spread: bool) -> Iterator[Price]:
    clauses = _CLAUSE_END.split(sentence)
    for number, clause in enumerate(clauses):
        if _OTHER_MONEY.search(clause) and not _PRICE_WORD.search(clause):
            continue
        rest = _until_amount(clauses[number + 1 :]) if spread else ""
        yield from _in_clause(clause, rest)


def _in_clause(clause: str, rest: str) -> Iterator[Price]:
    matches = list(_AMOUNT.finditer(clause))
    for match, cadences in zip(matches, _cadences_of(clause, matches), strict=True):
        for currency, value in _values(match):
            if value < MILLION:
                yield Price(currency=currency, value=value, cadences=cadences or _cadences(rest))


def _cadences_of(clause: str, matches: list[re.Match[str]]) -> list[frozenset[str]]:
    """One amount takes all the wording of its clause; several take what stands next to each."""
    if not matches:
        return []
    if len(matches) == 1:
        return [_cadences(clause[: matches[0].start()]) | _cadences(clause[matches[0].end() :])]
    starts = [0, *(match.end() for match in matches[:-1])]
    ends = [*(match.start() for match in matches[1:]), len(clause)]
    after = [_cadences(clause[match.end() : end]) for match, end in zip(matches, ends, strict=True)]
    before = [_cadences(clause[start : match.start()]) for match, start in zip(matches, starts, strict=True)]
    return before if before and before[0] and not after[-1] else after


def _until_amount(clauses: list[str]) -> str:
    """What follows in the sentence, up to the next amount."""
    following: list[str] = []
    for clause in clauses:
        if _AMOUNT.search(clause):
            break
        following.append(clause)
    return " ".join(following)


def _cadences(text: str) -> frozenset[str]:
    return frozenset(match.lastgroup for match in _CADENCE.finditer(text) if match.lastgroup)


def _values(match: re.Match[str]) -> Iterator[tuple[str, Decimal]]:
    sign = (match["sign"] or match["sign_last"]).strip().lower()
    currency = _CURRENCY.get(sign, sign)
    scale = match["scale"] or match["scale_first"]
    second_scale = match["second_scale"]
    yield (
        currency,
        _value(match["number"] or match["number_first"], scale or (second_scale if match["second"] else None)),
    )
    if match["second"]:
        yield currency, _value(match["second"], second_scale)


def _value(written: str, scale: str | None) -> Decimal:
    """ "1,200" and "1.200" are twelve hundred, "4.5" and "4,50" have decimals."""
    number = written.rstrip(".,")
    groups = re.split(r"[.,]", number)
    if len(groups) == 1:
        plain = number
    elif len(groups[-1]) == 3 and all(len(group) == 3 for group in groups[1:]):
        plain = "".join(groups)
    else:
        plain = f"{''.join(groups[:-1])}.{groups[-1]}"
    return (Decimal(plain) * _SCALE.get((scale or "").lower(), Decimal(1))).normalize()
