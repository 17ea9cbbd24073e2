"""Leads routed per second in batches, against SQL alone calling the same functions of the database."""

from assignment.benchmark.scenarios import Options as Measured
from assignment.benchmark.scenarios import batch, sequential
from assignment.benchmark.targets import targets
from bench.harness import Figure, Options

LEADS = 5_000
SINGLES = 200


def measure(options: Options) -> list[Figure]:
    """Both paths; the ratio is the median of five interleaved repetitions."""
    in_batches = batch(Measured(count=options.scaled(LEADS)))
    one_by_one = sequential(Measured(count=options.scaled(SINGLES)))
    return [
        _figure("routing, batches of 500", in_batches, "P6"),
        _figure("routing, one by one", one_by_one, "P2"),
        Figure(name="routing, one by one p95", value=one_by_one["p95_ms"], unit="ms"),
    ]


def _figure(name: str, figures: dict, number: str) -> Figure:  # type: ignore[type-arg]
    ratio = figures["targets"][number]["value"]
    rate = figures["leads_per_second"]
    return Figure(
        name=name,
        value=rate,
        unit="leads/s",
        rival="SQL alone, same functions",
        rival_value=rate / ratio,
        ratio=ratio,
        at_least=targets()[number].must,
    )
