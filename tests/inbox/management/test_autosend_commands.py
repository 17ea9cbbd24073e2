"""Looking at automatic answers from the command line."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inbox.models import Draft
from tests.inbox.services.autosend.conftest import world  # noqa: F401
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_explain_prints_every_check_and_no_text(world):  # noqa: F811
    world.decide()
    world.fall_due()
    world.writes("MARKER")

    printed = run("autosend_explain", str(world.draft.pk))

    assert "decision send_delayed: approved (confidence 0.95, threshold 0.90)" in printed
    assert "outcome scheduled: -" in printed
    assert "newer_inbound            True" in printed
    assert "now it would: cancel newer_inbound_exists" in printed
    assert "evaluated" in printed
    assert "MARKER" not in printed
    assert world.draft.content not in printed


def test_explain_of_nothing_is_an_error():
    with pytest.raises(CommandError):
        run("autosend_explain", str(uuid4()))


def test_due_lists_and_gives_missing_jobs_again(world):  # noqa: F811
    world.decide()
    assert run("autosend_due", "--dry-run").splitlines() == ["0 due"]
    world.fall_due()
    Draft.objects.filter(pk=world.draft.pk).update(auto_send_run_at=timezone.now() - timedelta(minutes=3))
    BackgroundJob.objects.filter(type="AI_AUTO_SEND_DELAYED").delete()

    looked = run("autosend_due", "--dry-run").splitlines()
    assert looked[0].startswith(f"{world.draft.pk} ")
    assert looked[0].endswith("job missing would send")
    assert world.jobs == []

    assert run("autosend_due").splitlines()[-1] == "1 jobs given again"
    assert len(world.jobs) == 1
