"""Event sequences over the routing functions of the database."""

from typing import Any

from tests.support.routing_world import RoutingWorld

TOLERANCE_SECONDS = 2


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    world = RoutingWorld()
    returns = world.play(case_input["events"])
    return {"returns": returns, "leads": {name: world.state_of(name) for name in world.leads}}


def equal(expected: Any, actual: Any) -> bool:
    """As the runner compares, with two seconds of tolerance for due times."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            abs(actual[key] - value) <= TOLERANCE_SECONDS
            if key == "next_retry_in"
            else key in actual and equal(value, actual[key])
            for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(expected) == len(actual)
            and all(equal(one, other) for one, other in zip(expected, actual, strict=True))
        )
    return bool(expected == actual)
