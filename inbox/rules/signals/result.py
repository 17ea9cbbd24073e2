"""The result of reading a reply for signals, as it is stored on the stage and given to drafting and auto-send."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CALL_REQUESTED = "call_requested"
EXTERNAL_CALENDAR = "book_on_external_calendar"

ROUTE_LINK = 1
ROUTE_PICKS_OFFER = 2
ROUTE_PROPOSES = 3
ROUTE_CALL = 4
ROUTE_OWN_SCHEDULER = 5
_TYPE_OF_ROUTE = {ROUTE_CALL: CALL_REQUESTED, ROUTE_OWN_SCHEDULER: EXTERNAL_CALENDAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """`type` is CALL_REQUESTED or EXTERNAL_CALENDAR; `evidence_code` names what was seen, never its words."""

    type: str
    confidence: float
    evidence_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAnswer:
    """One of the five inbound situations (09 §2.21), 1 to 5, and how sure that is."""

    route: int
    confidence: float
    uncertain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What a reply asks of people. `route` is None for replies that are not positive.

    `call_intent`: wants to be called by phone. `external_calendar`: told us to use their own scheduler.
    `uncertain`: the route was read without a model, or the model doubted.
    """

    route: int | None = None
    route_confidence: float = 0.0
    call_intent: bool = False
    external_calendar: bool = False
    uncertain: bool = False
    signals: tuple[Signal, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The stage row's `result`: codes and numbers only."""
        return {
            "signals": [
                {"type": one.type, "confidence": one.confidence, "evidence_code": one.evidence_code}
                for one in self.signals
            ],
            "route": self.route,
            "route_confidence": self.route_confidence,
            "call_intent": self.call_intent,
            "external_calendar": self.external_calendar,
            "uncertain": self.uncertain,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Signals":
        """What `as_json` wrote."""
        return cls(
            route=stored.get("route"),
            route_confidence=float(stored.get("route_confidence", 0.0)),
            call_intent=bool(stored.get("call_intent")),
            external_calendar=bool(stored.get("external_calendar")),
            uncertain=bool(stored.get("uncertain")),
            signals=tuple(Signal(**one) for one in stored.get("signals", ())),
        )


def combine(signals: tuple[Signal, ...], route: RouteAnswer | None) -> Signals:
    """Signals and route together: the routes 4 and 5 bring the signal that belongs to them."""
    found = {one.type: one for one in signals}
    implied = _TYPE_OF_ROUTE.get(route.route) if route else None
    if route and implied and implied not in found:
        found[implied] = Signal(type=implied, confidence=route.confidence, evidence_code=f"route_{route.route}")
    return Signals(
        route=route.route if route else None,
        route_confidence=route.confidence if route else 0.0,
        call_intent=CALL_REQUESTED in found,
        external_calendar=EXTERNAL_CALENDAR in found,
        uncertain=route.uncertain if route else False,
        signals=tuple(found.values()),
    )
