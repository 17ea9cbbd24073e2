"""Measure routing in a database made for it, against the same functions called by SQL alone."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from assignment.benchmark import comparisons, counting, ratios
from assignment.benchmark.scenarios import SCENARIOS as PLAIN
from assignment.benchmark.scenarios import Options
from assignment.benchmark.scene import fill_existing, refuse_other_databases, remove_scenes
from assignment.benchmark.targets import fell_behind, floors_of, judge, targets

# The claims come first: they fill the table, and measure what that does.
SCENARIOS = {
    "claims": ratios.claims,
    **PLAIN,
    "paths": ratios.paths,
    "policies": ratios.policies,
    "caps": comparisons.caps,
    "duplicates-plain": comparisons.duplicates,
    "retry-plain": comparisons.retries,
    "import": comparisons.imports,
    "rules": comparisons.rules,
    "weights": counting.weights,
    "rotation": counting.rotation,
}
_SHOWN_SETTINGS = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "jit",
)  # fmt: skip


class Command(BaseCommand):
    """`benchmark_routing --scenario all --count 2000 --existing 1000000 [--assert] [--output F] [--baseline F]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """What and how much."""
        parser.add_argument("--scenario", choices=[*SCENARIOS, "all"], default="all")
        parser.add_argument("--count", type=int, default=2_000)
        parser.add_argument("--workers", type=int, default=4)
        parser.add_argument("--batch-size", type=int, default=500)
        parser.add_argument("--rules", type=int, default=20)
        parser.add_argument("--existing", type=int, default=0, help="routed leads that are in the table already")
        parser.add_argument("--rate", type=int, default=500)
        parser.add_argument("--seconds", type=int, default=10)
        parser.add_argument("--attempts", type=int, default=100_000)
        parser.add_argument("--random-state", type=int, default=7)
        parser.add_argument("--output", type=Path)
        parser.add_argument("--baseline", type=Path, help="an earlier --output to compare with")
        parser.add_argument("--assert", dest="check", action="store_true", help="exit 1 when a figure is missed")
        parser.add_argument("--keep", action="store_true", help="leave the synthetic rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per scenario, then the figures against their targets."""
        refuse_other_databases()
        baseline = json.loads(options["baseline"].read_text()) if options["baseline"] else {}
        measured = Options(
            count=options["count"],
            workers=options["workers"],
            batch_size=options["batch_size"],
            rules=options["rules"],
            rate=options["rate"],
            seconds=options["seconds"],
            attempts=options["attempts"],
            seed=options["random_state"],
            existing=options["existing"],
        )
        names = list(SCENARIOS) if options["scenario"] == "all" else [options["scenario"]]
        results: dict[str, Any] = {"machine": _machine()}
        try:
            if names[0] != "claims":
                fill_existing(measured.existing)
            for name in names:
                figures = SCENARIOS[name](measured)
                results[name] = figures | {"floors": floors_of(name, figures)}
                self.stdout.write(f"{name}: {json.dumps(results[name], default=str)}")
                self.stdout.flush()
        finally:
            if not options["keep"]:
                remove_scenes()
        if options["output"]:
            options["output"].write_text(json.dumps(results, indent=1, default=str))
        missed = [name for name in names if _is_broken(results[name])] + self._compare(results, baseline)
        if missed:
            self.stderr.write(f"missed: {', '.join(missed)}")
        if options["check"] and missed:
            sys.exit(1)

    def _compare(self, results: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[str]:
        """Print every ratio beside its target and the earlier run; the numbers of those that are missed."""
        missed = []
        for name, figures in results.items():
            for number, figure in figures.get("targets", {}).items():
                target, verdict = targets()[number], judge(number, figure)
                before = baseline.get(name, {}).get("targets", {}).get(number)
                is_behind = before is not None and fell_behind(number, before, figure)
                sign = "<=" if target.at_most else ">="
                self.stdout.write(
                    f"{number:9} {figure['value']:8} (scatter {figure['spread']:5}) must {sign} {target.must:5g}"
                    f" aim {target.aim:5g}  {verdict:7} {target.what}"
                    + (f"  before {before['value']}{', worse' if is_behind else ''}" if before else "")
                )
                if verdict == "missed" or is_behind:
                    missed.append(number)
        return missed


def _is_broken(figures: Mapping[str, Any]) -> bool:
    is_double = bool(figures.get("double_routes") or figures.get("violations"))
    return is_double or figures.get("met") is False or not all(figures["floors"].values())


def _machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY (%s)", [list(_SHOWN_SETTINGS)]
        )
        settings = dict(cursor.fetchall())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": os.cpu_count(), "memory_gb": round(memory, 1), **settings}
