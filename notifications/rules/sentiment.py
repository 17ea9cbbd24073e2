"""Which tags people hear of, how and where; and what such a message says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.enums import CURRENT_TAGS, SentimentTag
from notifications.contracts import Content
from notifications.enums import Destination
from notifications.rules.texts import compose, one_line

# Tags with a rule: a lead that is new or asleep is no news.
TAGS = tuple(tag.value for tag in CURRENT_TAGS if tag not in (SentimentTag.NEW, SentimentTag.SNOOZED))
OFF, REALTIME, DAILY = MODES = ("off", "realtime", "daily")
DESTINATIONS = (Destination.SLACK.value, Destination.EMAIL.value, Destination.SMS.value)
NAMELESS = "Lead"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """When a tag is told (`off`, `realtime`, `daily`), and where."""

    mode: str = OFF
    destinations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is told of a lead; texts of the lead are plain and may hold anything."""

    workspace: str
    name: str
    tag: str
    phone: str
    latest: str
    link: str


def normalize_rules(raw: Any) -> dict[str, TagRule]:
    """Stored rules as they count: unknown tags and destinations are left out, an unknown or missing mode is off, and
    only real booleans choose a destination.
    """
    if not isinstance(raw, Mapping):
        return {}
    return {tag: _rule(rule) for tag, rule in raw.items() if tag in TAGS and isinstance(rule, Mapping)}


def rules_as_json(rules: Mapping[str, TagRule]) -> dict[str, Any]:
    """Rules as they are stored."""
    return {
        tag: {"mode": rule.mode, "destinations": {name: name in rule.destinations for name in DESTINATIONS}}
        for tag, rule in rules.items()
    }


def rule_problems(raw: Any) -> list[str]:
    """What keeps rules from being saved, each named by its place; empty when they are good."""
    if raw is None:
        return []
    if not isinstance(raw, Mapping):
        return ["rules"]
    return [problem for tag, rule in raw.items() for problem in _problems(str(tag), rule)]


def event_key(*, lead: object, message: object | None, tag: str, audit: object | None = None, change: str = "") -> str:
    """One occurrence of a tag: by its message; by the act of a person, so that they may set it again another day; by
    the change itself where there is neither.
    """
    cause = f"audit-{audit}" if audit else str(message) if message else change or "none"
    return f"sentiment:{lead}:{cause}:{tag}"


def lead_name(first: str | None, last: str | None, email: str | None) -> str:
    """First and last name, else the address, else a word; on one line."""
    full = " ".join(part.strip() for part in (first, last) if part and part.strip())
    return one_line(full or email or NAMELESS, 200)


def news_text(news: News) -> Content:
    """One line for each thing that is known."""
    lines = [
        f"Lead: {one_line(news.name, 200)}",
        f"Sentiment: {news.tag}",
        f"Phone: {one_line(news.phone)}" if news.phone else "",
        f"Latest: {latest}" if (latest := one_line(news.latest)) else "",
        f"Link: {news.link}",
    ]
    return compose(f"[{one_line(news.workspace)}] {news.tag}: {one_line(news.name, 200)}", lines)


def _rule(rule: Mapping[str, Any]) -> TagRule:
    mode, chosen = rule.get("mode"), rule.get("destinations")
    names = chosen if isinstance(chosen, Mapping) else {}
    return TagRule(
        mode=mode if isinstance(mode, str) and mode in MODES else OFF,
        destinations=frozenset(name for name in DESTINATIONS if names.get(name) is True),
    )


def _problems(tag: str, rule: Any) -> list[str]:
    if tag not in TAGS:
        return [tag]
    if not isinstance(rule, Mapping) or not set(rule) <= {"mode", "destinations"}:
        return [tag]
    problems = [] if rule.get("mode") in MODES else [f"{tag}.mode"]
    chosen = rule.get("destinations", {})
    if not isinstance(chosen, Mapping):
        return [*problems, f"{tag}.destinations"]
    wrong = [name for name, on in chosen.items() if name not in DESTINATIONS or not isinstance(on, bool)]
    return [*problems, *(f"{tag}.destinations.{name}" for name in wrong)]
