"""Run one scheduled job by hand, with the same ledger as every other run."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zrg.jobs import registry
from zrg.jobs.enums import RunSource, RunStatus
from zrg.jobs.errors import BadParameter, UnknownSchedule
from zrg.jobs.rules.params import parse_params
from zrg.jobs.services.dispatching import dispatch_run
from zrg.jobs.services.runs import run_task


class Command(BaseCommand):
    help = "Ask for a run of a scheduled job (through a worker, or here with --inline)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--inline", action="store_true", help="run in this process")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            spec = registry.schedule(options["name"])
            raw = dict(pair.partition("=")[::2] for pair in options["param"])
            params = parse_params(raw | ({"dryRun": True} if options["dry_run"] else {}), spec.bounds)
        except UnknownSchedule as error:
            known = ", ".join(spec.name for spec in registry.schedules())
            raise CommandError(f"No schedule {options['name']}; there are: {known}") from error
        except BadParameter as error:
            raise CommandError(str(error)) from error
        answer = dispatch_run(spec.name, RunSource.MANUAL, params, inline=options["inline"])
        run = answer.run
        if options["inline"] and run.status == RunStatus.DISPATCHING:
            run = run_task(run.pk)
        self.stdout.write(
            json.dumps(
                {
                    "job": run.job,
                    "taskRunId": str(run.pk),
                    "status": run.status,
                    "duplicate": answer.duplicate,
                    "stats": run.stats,
                }
            )
        )
        if run.status in (RunStatus.FAILED, RunStatus.ENQUEUE_FAILED):
            raise CommandError(run.last_error or run.status)
