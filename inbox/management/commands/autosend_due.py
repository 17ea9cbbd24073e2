"""`manage.py autosend_due [--dry-run]`: automatic answers whose time has come, and what would become of each."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from inbox.enums import AutoSendOutcome, DraftStatus
from inbox.models import Draft
from inbox.rules.autosend.revalidation import revalidate
from inbox.services.autosend.backstop import recreate_missing_jobs
from inbox.services.autosend.due import database_now, look
from inbox.services.closing import AI_AUTO_SEND_DELAYED
from leads.models import Lead
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import platform

LIMIT = 200


class Command(BaseCommand):
    help = "List due automatic answers with what would become of each; without --dry-run, give missing jobs again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only look")

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            now = database_now()
            due = list(
                Draft.objects.select_related("trigger_message")
                .filter(
                    status=DraftStatus.PENDING, auto_send_outcome=AutoSendOutcome.SCHEDULED, auto_send_run_at__lte=now
                )
                .order_by("auto_send_run_at")[:LIMIT]
            )
            leads = Lead.objects.select_related("email_campaign", "sms_campaign").in_bulk([one.lead_id for one in due])
            jobs = BackgroundJob.objects.filter(type=AI_AUTO_SEND_DELAYED, draft_id__in=[one.pk for one in due])
            states = dict(jobs.values_list("draft_id", "status"))
            for draft in due:
                found = revalidate(look(leads[draft.lead_id], draft, now))
                late = round((now - draft.auto_send_run_at).total_seconds()) if draft.auto_send_run_at else 0
                self.stdout.write(
                    f"{draft.pk} workspace {draft.workspace_id} late {late} s job {states.get(draft.pk, 'missing')} "
                    f"would {found.action} {found.reason or ''}".rstrip()
                )
        self.stdout.write(f"{len(due)} due")
        if not options["dry_run"]:
            workspaces = sorted({draft.workspace_id for draft in due})
            self.stdout.write(f"{sum(recreate_missing_jobs(one) for one in workspaces)} jobs given again")
