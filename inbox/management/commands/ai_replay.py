"""`manage.py ai_replay --workspace ID`: would today's code answer yesterday's leads better? (05 R29)."""

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from inbox.enums import Channel
from inbox.rules.replay import PROFILES, exit_code
from inbox.services.replay.artefact import Baseline, artefact_of, read_baseline, with_changes
from inbox.services.replay.contracts import Options, Played, Selection
from inbox.services.replay.running import run_cases
from inbox.services.replay.selecting import LIMIT, choose_cases, read_manifest
from inbox.services.replay.trying import read_trial
from zrg.ai.client import model_calls_possible
from zrg.lib.errors import BadInput
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Workspace

OWNER_ONLY = 0o600


class Command(BaseCommand):
    help = (
        "Answer stored replies again with today's code, or with another model or prompt, grade the answers and "
        "compare them with an earlier run. Nothing is sent and no draft is written. Exit code 1: a critical fault, "
        "regressions, or a judge that did not answer; 2: nothing was measured."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, required=True)
        parser.add_argument("--channel", choices=Channel.values)
        parser.add_argument("--limit", type=_whole(1, 500), help=f"cases at most (default {LIMIT}, or all named ones)")
        parser.add_argument("--thread-ids", type=Path, metavar="FILE", help="ids of leads or replies, one per line")
        parser.add_argument("--dry-run", action="store_true", help="list the cases and stop")
        parser.add_argument("--revision", choices=["platform", "force", "off"], default="platform")
        parser.add_argument("--model", action="append", default=[], help="NAME for the writers, or KEY=NAME")
        parser.add_argument("--prompt-file", action="append", default=[], metavar="KEY[:INDEX]=FILE")
        parser.add_argument("--profile", choices=list(PROFILES), default="balanced")
        parser.add_argument("--concurrency", type=_whole(1, 8), default=3)
        parser.add_argument("--retries", type=_whole(0, 5), default=1)
        parser.add_argument("--timeout", type=_whole(30, 900), default=180, help="seconds of one case")
        parser.add_argument("--baseline", type=Path, metavar="FILE", help="artefact to compare with")
        parser.add_argument("--max-regressions", type=_whole(0, 500), default=0)
        parser.add_argument("--output", type=Path, metavar="FILE", help="where the artefact goes")
        parser.add_argument("--include-text", action="store_true", help="with the texts of leads and answers in FILE")

    def handle(self, *args: Any, **given: Any) -> None:
        try:
            self._check(given)
            selection = self._select(given)
            if given["dry_run"]:
                self._list(selection)
                return
            trial = read_trial(given["model"], given["prompt_file"])
            baseline = read_baseline(given["baseline"], given["workspace"]) if given["baseline"] else None
            output = _reserve(given["output"])
        except (BadInput, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error), returncode=2) from error
        options = Options(
            workspace_id=given["workspace"],
            run_id=str(uuid4()),
            threshold=PROFILES[given["profile"]],
            revision=given["revision"],
            trial=trial,
            retries=given["retries"],
            timeout=given["timeout"],
            concurrency=given["concurrency"],
        )
        code = self._run(selection, options, baseline, output, given)
        if code:
            sys.exit(code)

    def _check(self, given: dict[str, Any]) -> None:
        with tenant(given["workspace"]):
            if not Workspace.objects.filter(pk=given["workspace"]).exists():
                raise BadInput("No workspace with this id.", code="unknown_workspace")
        if given["include_text"] and given["output"] is None:
            raise BadInput("--include-text needs --output: texts go into a file of yours only.", code="no_output")
        if not given["dry_run"] and not model_calls_possible():
            raise BadInput("No key for models (OPENAI_API_KEY).", code="ai_unavailable")

    def _select(self, given: dict[str, Any]) -> Selection:
        wanted = read_manifest(given["thread_ids"]) if given["thread_ids"] else None
        return choose_cases(
            given["workspace"], channel=given["channel"], limit=given["limit"], wanted=wanted, now=timezone.now()
        )

    def _list(self, selection: Selection) -> None:
        for case in selection.cases:
            self.stdout.write(
                f"{case.message_id}  {case.channel:8}  {case.risk:6.2f}  {case.sent_at:%Y-%m-%d}  {case.tag}"
            )
        for thread in selection.unknown:
            self.stdout.write(f"{thread}  selection_error")
        self.stdout.write(f"{len(selection.cases)} cases")

    def _run(
        self,
        selection: Selection,
        options: Options,
        baseline: Baseline | None,
        output: Path | None,
        given: dict[str, Any],
    ) -> int:
        played = with_changes(run_cases(selection.cases, options, done=self._progress), baseline)
        regressions = sum(one.change == "regressed" for one in played)
        code = exit_code(
            [one.grade for one in played], regressions=regressions, max_regressions=given["max_regressions"]
        )
        artefact = artefact_of(
            played,
            options,
            profile=given["profile"],
            at=timezone.now(),
            exit_code=code,
            unknown=selection.unknown,
            baseline=baseline,
            with_texts=given["include_text"],
        )
        if output is not None:
            output.write_text(json.dumps(artefact, indent=1) + "\n", encoding="utf-8")
        self._report(played, artefact, selection)
        return code

    def _progress(self, one: Played) -> None:
        self.stderr.write(f"{one.chosen.message_id} {one.grade.failure or 'done'} {one.ms} ms")

    def _report(self, played: list[Played], artefact: dict[str, Any], selection: Selection) -> None:
        head = f"{'reply':36}  {'channel':8}  {'judge':>5}  {'code':>5}  {'score':>5}  {'result':10}  {'change':9}  why"
        self.stdout.write(head)
        for one in played:
            why = ", ".join(filter(None, (one.grade.failure, one.reason, *one.codes)))
            judge = one.marks.score if one.marks else None
            figures = "  ".join(_figure(value) for value in (judge, one.objective, one.grade.blended))
            what = f"{_result(one):10}  {one.change or '-':9}"
            self.stdout.write(f"{one.chosen.message_id}  {one.chosen.channel:8}  {figures}  {what}  {why}".rstrip())
        for thread in selection.unknown:
            self.stdout.write(f"{thread}  selection_error: no such reply in this workspace")
        counts = artefact["summary"]
        self.stdout.write(
            f"{counts['cases']} cases: {counts['passed']} passed, {counts['failed']} failed "
            f"({counts['critical']} critical), {counts['unmeasured']} not measured; mean {counts['mean'] or '-'}, "
            f"passes from {artefact['threshold']:g} ({artefact['profile']})"
        )
        for title in ("failures", "changes"):
            if counts[title]:
                listed = ", ".join(f"{number} {name}" for name, number in counts[title].items())
                self.stdout.write(f"{title}: {listed}")


def _whole(least: int, most: int) -> Any:
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def _reserve(path: Path | None) -> Path | None:
    """Make sure before anything is paid for that the artefact can be written, readable by its owner only."""
    if path is not None:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, OWNER_ONLY))
        if path.is_file():
            # One that was there already may be open to others.
            path.chmod(OWNER_ONLY)
    return path


def _figure(value: float | None) -> str:
    return f"{value:5.1f}" if value is not None else "    -"


def _result(one: Played) -> str:
    if one.grade.passed is None:
        return "-"
    if one.grade.critical:
        return "CRITICAL"
    return "passed" if one.grade.passed else "failed"
