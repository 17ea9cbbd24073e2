"""Measure routing in a database made for it, against the same functions called by SQL alone."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from assignment.benchmark import comparisons
from assignment.benchmark.scenarios import SCENARIOS as PLAIN
from assignment.benchmark.scenarios import WIDEST_SPREAD, Options
from assignment.benchmark.scene import refuse_other_databases, remove_scenes

SCENARIOS = {
    **PLAIN,
    "caps": comparisons.caps,
    "duplicates-plain": comparisons.duplicates,
    "retry-plain": comparisons.retries,
    "import": comparisons.imports,
    "rules": comparisons.rules,
}
# Least ratio that counts as passed: to SQL alone (the first two), to the plain first pass, to inserting alone.
LEAST = {
    "sequential": 0.65,
    "batch": 0.65,
    "caps": 0.6,
    "duplicates-plain": 0.75,
    "retry-plain": 0.6,
    "import": 0.35,
}


class Command(BaseCommand):
    """`benchmark_routing --scenario all --count 2000 --workers 4 [--attempts N] [--assert] [--output FILE]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """What and how much."""
        parser.add_argument("--scenario", choices=[*SCENARIOS, "all"], default="all")
        parser.add_argument("--count", type=int, default=2_000)
        parser.add_argument("--workers", type=int, default=4)
        parser.add_argument("--batch-size", type=int, default=500)
        parser.add_argument("--rules", type=int, default=20)
        parser.add_argument("--rate", type=int, default=500)
        parser.add_argument("--seconds", type=int, default=10)
        parser.add_argument("--attempts", type=int, default=100_000)
        parser.add_argument("--random-state", type=int, default=7)
        parser.add_argument("--output", type=Path)
        parser.add_argument("--assert", dest="check", action="store_true", help="exit 1 when a ratio is missed")
        parser.add_argument("--keep", action="store_true", help="leave the synthetic rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one block per scenario."""
        refuse_other_databases()
        measured = Options(
            count=options["count"],
            workers=options["workers"],
            batch_size=options["batch_size"],
            rules=options["rules"],
            rate=options["rate"],
            seconds=options["seconds"],
            attempts=options["attempts"],
            seed=options["random_state"],
        )
        names = list(SCENARIOS) if options["scenario"] == "all" else [options["scenario"]]
        results: dict[str, Any] = {"machine": _machine()}
        try:
            for name in names:
                results[name] = SCENARIOS[name](measured)
                self.stdout.write(f"{name}: {json.dumps(results[name], default=str)}")
                self.stdout.flush()
        finally:
            if not options["keep"]:
                remove_scenes()
        if options["output"]:
            options["output"].write_text(json.dumps(results, indent=1, default=str))
        missed = [name for name in names if not _passes(name, results[name])]
        if options["check"] and missed:
            self.stderr.write(f"missed: {', '.join(missed)}")
            sys.exit(1)


def _passes(name: str, figures: dict[str, Any]) -> bool:
    if figures.get("double_routes") or figures.get("violations") or figures.get("met") is False:
        return False
    ratio = figures.get("ratio_value")
    return ratio is None or figures["spread"] > WIDEST_SPREAD or ratio >= LEAST.get(name, 0.0)


def _machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()[0]
    return {"cores": os.cpu_count(), "postgresql": version, "fsync": fsync}
