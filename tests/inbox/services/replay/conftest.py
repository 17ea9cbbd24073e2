"""A lead whose reply of last week was answered, and a workspace with prices."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inbox.enums import DraftStatus
from inbox.models import Draft, DraftEvent, LeadMemoryEntry, MeetingOverseerDecision, Message, SendOrder
from tests.factories.ai import DefaultPersonaFactory
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob

ASKED = "Could you send more details about pricing per month?"
SIGNATURE = "Priya Nair\nHarbor"
GOOD = (
    "Hi Dana,\n\nthe Harbor plan is $450 per month for one practice. It covers the list, the writing and the answers, "
    "so that your team only takes the meetings.\n\nWould it help if I showed you one example that is close to yours?"
    f"\n\n{SIGNATURE}"
)
KEPT = (Draft, Message, SendOrder, DraftEvent, LeadMemoryEntry, MeetingOverseerDecision, BackgroundJob)


@dataclass
class Archive:
    """One stored reply with its draft, and the command that answers it again."""

    simulator: RunningSimulator
    reply: Message
    draft: Draft
    folder: Path

    def run(self, *arguments: str, concurrency: int = 1) -> tuple[int, str]:
        """Exit code and output; the artefact goes to `self.artefact`."""
        out, code = StringIO(), 0
        try:
            call_command(
                *("ai_replay", "--workspace", str(self.reply.workspace_id), "--concurrency", str(concurrency)),
                *("--output", str(self.folder / "run.json"), *arguments),
                stdout=out,
                stderr=StringIO(),
            )
        except SystemExit as ended:
            code = int(ended.code or 0)
        except CommandError as refused:
            return refused.returncode, str(refused)
        return code, out.getvalue()

    @property
    def artefact(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "run.json").read_text()))

    @property
    def case(self) -> dict[str, Any]:
        return dict(self.artefact["cases"][0])

    def told(self, key: str) -> str:
        """All text of the newest request for a prompt."""
        return "\n".join(message["content"] for message in self.simulator.asked(key)[-1]["input"])


def make_archive(simulator: RunningSimulator, folder: Path) -> Archive:
    workspace = WorkspaceFactory()
    DefaultPersonaFactory(
        workspace=workspace,
        signature=SIGNATURE,
        service_description="Outbound for dental practices. Harbor plan: $450 per month.",
    )
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example", first_name="Dana")
    reply = MessageFactory(
        lead=lead, body=ASKED, sentiment_tag="Information Requested", sent_at=timezone.now() - timedelta(days=7)
    )
    draft = DraftFactory(
        lead=lead,
        status=DraftStatus.APPROVED,
        trigger_message=reply,
        context_message=reply,
        trigger_key=f"message:{reply.pk}",
    )
    return Archive(simulator=simulator, reply=reply, draft=draft, folder=folder)


@pytest.fixture
def archive(db: None, simulator: RunningSimulator, tmp_path: Path) -> Archive:
    return make_archive(simulator, tmp_path)


@contextmanager
def nothing_kept(archive: Archive) -> Iterator[None]:
    """No row but statistics is written, changed or removed, and no provider is called."""

    def rows() -> dict[str, list[dict[str, Any]]]:
        return {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}

    before = rows()
    yield
    assert rows() == before
    assert {call["provider"] for call in archive.simulator.requests("")} <= {"openai"}
