"""`manage.py autosend_explain <draft>`: what would speak for and against sending a draft now, in codes."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from inbox.models import Draft, DraftEvent
from inbox.rules.autosend.reasons import decision_sentence
from inbox.rules.autosend.revalidation import revalidate
from inbox.services.autosend.due import database_now, look
from inbox.services.autosend.policies import policy_of
from leads.models import Lead
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Print the decision about a draft, every check with its value now, its jobs and its history; no text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("draft", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            draft = Draft.objects.select_related("trigger_message").filter(pk=options["draft"]).first()
            if draft is None:
                raise CommandError("No draft with this id.")
            lead = Lead.objects.select_related("email_campaign", "sms_campaign").get(pk=draft.lead_id)
            self._decision(draft)
            self._now(lead, draft)
            for kind, status, run_at in BackgroundJob.objects.filter(draft_id=draft.pk).values_list(
                "type", "status", "run_at"
            ):
                self.stdout.write(f"job {kind} {status} {run_at:%Y-%m-%d %H:%M:%S}")
            for event in DraftEvent.objects.filter(draft=draft).order_by("at"):
                self.stdout.write(
                    f"  {event.at:%Y-%m-%d %H:%M:%S} {event.kind:16} {event.source:9} {event.reason} {event.detail}"
                )

    def _decision(self, draft: Draft) -> None:
        self.stdout.write(
            f"draft {draft.status} v{draft.version} {draft.origin}, evaluated v{draft.evaluated_version or '-'}, "
            f"mode {draft.auto_send_mode or '-'}"
        )
        self.stdout.write(
            f"decision {draft.auto_send_action or '-'}: {draft.auto_send_reason_code or '-'} "
            f"(confidence {_number(draft.auto_send_confidence)}, threshold {_number(draft.auto_send_threshold)})"
        )
        if draft.auto_send_reason_code:
            self.stdout.write(f"  {decision_sentence(draft.auto_send_reason_code)}")
        self.stdout.write(
            f"outcome {draft.auto_send_outcome or '-'}: {draft.auto_send_outcome_reason or '-'}, "
            f"due {draft.auto_send_run_at or '-'}"
        )

    def _now(self, lead: Lead, draft: Draft) -> None:
        policy = policy_of(lead, draft.channel)
        now = database_now()
        state, hours = look(lead, draft, now), policy.check_schedule(now)
        self.stdout.write(
            f"now: mode {policy.mode.mode} ({policy.mode.reason}), threshold {policy.threshold}, "
            f"delay {policy.delay_minimum}-{policy.delay_maximum} s, window {hours.reason}"
        )
        for name, value in asdict(state).items():
            self.stdout.write(f"  {name:24} {value}")
        found = revalidate(state)
        self.stdout.write(f"now it would: {found.action} {found.reason or ''}".rstrip())


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
