"""Commands of on-call people."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inbox.models import InboundStageRun, Message, MessageRaw
from tests.factories.inbox import MessageFactory
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_safety_check_prints_kind_and_family(tmp_path):
    file = tmp_path / "lines.txt"
    file.write_text("Please remove me from your list\nWhat does it cost?\n")

    lines = run("safety_check", "--file", str(file)).splitlines()

    assert lines[0].split()[:2] == ["opt_out", "removal/en"]
    assert lines[1].split()[:2] == ["none", "-/-"]


def test_explain_message_shows_codes_and_no_text():
    message = MessageFactory(body="MARKER", sentiment_tag="Interested", draft_skip_reason="newsletter")
    InboundStageRun.objects.create(
        workspace=message.workspace, message=message, stage="classify", state="done", result={"tag": "Interested"}
    )

    printed = run("explain_message", str(message.pk))

    assert "tag Interested" in printed
    assert "no draft because newsletter" in printed
    assert "classify" in printed
    assert "MARKER" not in printed


def test_reprocess_message_repeats_from_the_stage():
    message = MessageFactory()
    for stage in ("safety", "classify", "apply_state"):
        InboundStageRun.objects.create(
            workspace=message.workspace, message=message, stage=stage, state="done", started_at=timezone.now()
        )

    printed = run("reprocess_message", str(message.pk), "--from-stage", "classify")

    assert printed == "Queued EMAIL_INBOUND_POST_PROCESS.\n"
    assert list(InboundStageRun.objects.values_list("stage", flat=True)) == ["safety"]
    assert BackgroundJob.objects.get().message_id == message.pk


def test_reprocess_message_with_unknown_stage_is_refused():
    message = MessageFactory()

    with pytest.raises(CommandError, match="Unknown stage"):
        run("reprocess_message", str(message.pk), "--from-stage", "nonsense")

    assert not BackgroundJob.objects.exists()


def test_reclean_bodies_uses_the_raw_parts():
    message = MessageFactory(body="old reading")
    MessageRaw.objects.create(
        workspace=message.workspace, message=message, raw_text="New text\n\nOn Mon, Mar 2, 2026 Dana wrote:\n> old"
    )
    since = (timezone.now() - timedelta(days=1)).isoformat()

    dry = run("reclean_bodies", "--since", since, "--dry-run")
    assert Message.objects.get().body == "old reading"
    real = run("reclean_bodies", "--since", since)

    assert (dry, real) == ("1 bodies would change.\n", "1 bodies changed.\n")
    assert Message.objects.get().body == "New text"


def test_prompts_check_passes():
    assert run("prompts", "check").endswith("prompts are fine.\n")
