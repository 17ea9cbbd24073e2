"""The plan of an e-mail as a model gives it, cut to its limits (05 R16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inbox.rules.archetypes import ARCHETYPE_IDS

POINTS, POINT_CHARS = 4, 140
SUMMARY_CHARS = 400
TIMES, TIME_CHARS = 6, 80
OUTLINE, OUTLINE_CHARS = 5, 160
AVOID, AVOID_CHARS = 6, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the writer follows; `times` are labels byte for byte, `archetype` one of the ten or None."""

    summary: str
    points: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    outline: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    archetype: str | None = None

    def as_text(self) -> str:
        """For the writer's prompt; the caller fences it, the model quoted the lead in it."""
        parts = [f"Summary: {self.summary}"]
        for name, lines in (
            ("Personal points", self.points),
            ("Outline", self.outline),
            ("Times to offer, word for word", self.times),
            ("Avoid", self.avoid),
        ):
            if lines:
                parts.append(f"{name}:\n" + "\n".join(f"- {line}" for line in lines))
        return "\n".join(parts)


def read_plan(answer: Mapping[str, Any], *, labels: Sequence[str]) -> Plan:
    """A validated answer within the limits: times that are no given label and unknown shapes are dropped."""
    times = [time for time in answer["times_to_offer"] or () if time in labels and len(time) <= TIME_CHARS]
    archetype = answer["recommended_archetype_id"]
    return Plan(
        summary=_line(answer["intent_summary"], SUMMARY_CHARS),
        points=_lines(answer["personalization_points"], POINTS, POINT_CHARS),
        times=tuple(dict.fromkeys(times))[:TIMES] if answer["should_offer_times"] else (),
        outline=_lines(answer["outline"], OUTLINE, OUTLINE_CHARS),
        avoid=_lines(answer["must_avoid"], AVOID, AVOID_CHARS),
        archetype=archetype if archetype in ARCHETYPE_IDS else None,
    )


def _lines(values: Sequence[str], most: int, length: int) -> tuple[str, ...]:
    lines = (_line(value, length) for value in values)
    return tuple(line for line in lines if line)[:most]


def _line(text: str, length: int) -> str:
    return " ".join(text.split())[:length]
