"""The job that reads a source and makes notes of it (05 R28).

What failed keeps the old notes. The same bytes are not worked on twice. The text is data: it is fenced
in the prompt and never acted upon.
"""

import hashlib
import time
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from zrg.ai.contracts import CallScope
from zrg.ai.enums import KnowledgeState, KnowledgeType
from zrg.ai.extraction import ExtractionFailed, extract_text
from zrg.ai.fetching import FetchFailed, fetch_page
from zrg.ai.knowledge_prompt import EXTRACT_NOTES
from zrg.ai.models import KnowledgeAsset
from zrg.ai.models.knowledge import MAX_NOTES_CHARS
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_text_prompt
from zrg.ai.services.knowledge import drop_file, keep_revision
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled
from zrg.lib import log_events
from zrg.workspaces.context import tenant

NOTES_SOURCE_CHARS = 120_000
NOTES_SECONDS = 120.0
"""Of the job's 240: a page may take 15 of them."""
NOTE_PROBLEMS = {
    "disabled": "Models are switched off, so there are no notes; drafts read the source.",
    "budget_exhausted": "Today's cost cap is reached, so there are no new notes.",
}

logger = structlog.get_logger(__name__)


class NotesFailed(Exception):
    """The model made no notes; the job tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    text: str
    mime_type: str
    content_hash: str


def process_knowledge(context: JobContext) -> None:
    """`KNOWLEDGE_PROCESS`: read the source, store it, make notes. Raises to be tried again; the row keeps why."""
    asset = _load(context)
    try:
        data, name = _read(asset)
        content_hash = hashlib.sha256(data).hexdigest()
        if content_hash == asset.content_hash and asset.text_content:
            _finish(asset, state=KnowledgeState.READY)
            _forget_file(asset)
            return
        source = _extract(asset, data, name, content_hash)
    except (FetchFailed, ExtractionFailed) as error:
        again = getattr(error, "again", False) and not context.is_last_attempt
        _finish(asset, state=KnowledgeState.PENDING if again else KnowledgeState.FAILED, error=error.message)
        if again:
            raise
        return
    _store_source(asset, source)
    _make_notes(asset, source, context)


def _load(context: JobContext) -> KnowledgeAsset:
    with tenant(context.workspace_id):
        asset = (
            KnowledgeAsset.objects.in_workspace(context.workspace_id)
            .active()
            .filter(pk=UUID(str(context.payload["asset_id"])))
            .first()
        )
    if asset is None:
        raise Cancelled("the source is gone")
    return asset


def _read(asset: KnowledgeAsset) -> tuple[bytes, str]:
    """The bytes of the source and the name that tells kinds of text apart."""
    if asset.type == KnowledgeType.URL:
        return fetch_page(asset.file_url).body, ""
    if asset.type == KnowledgeType.FILE and asset.file:
        try:
            with asset.file.open("rb") as stored:
                return stored.read(), asset.original_file_name
        except OSError as error:
            raise ExtractionFailed("file_gone", "The file is no longer stored; upload it again.") from error
    return asset.raw_content.encode("utf-8", "surrogatepass"), ""


def _extract(asset: KnowledgeAsset, data: bytes, name: str, content_hash: str) -> _Source:
    """A source whose file was read already, or that was typed, is its own text."""
    if asset.type == KnowledgeType.URL or asset.file:
        found = extract_text(data, name)
        return _Source(text=found.text, mime_type=found.mime_type, content_hash=content_hash)
    if not asset.raw_content.strip():
        raise ExtractionFailed("no_text", "There is no text.")
    return _Source(text=asset.raw_content, mime_type=asset.mime_type or "text/plain", content_hash=content_hash)


def _store_source(asset: KnowledgeAsset, source: _Source) -> None:
    """The text of the source is there at once, whatever becomes of the notes."""
    with tenant(asset.workspace_id), transaction.atomic():
        locked = _unchanged(asset)
        if locked is None:
            return
        if locked.raw_content != source.text:
            keep_revision(locked, author=None)
        locked.raw_content, locked.mime_type = source.text, source.mime_type
        locked.fetched_at = timezone.now()
        locked.save(update_fields=["raw_content", "mime_type", "fetched_at", "updated_at"])


def _make_notes(asset: KnowledgeAsset, source: _Source, context: JobContext) -> None:
    result = run_text_prompt(
        EXTRACT_NOTES,
        {"name": asset.name, "source": as_data(source.text[:NOTES_SOURCE_CHARS], "SOURCE")},
        scope=CallScope(workspace_id=asset.workspace_id, source="zrg.ai.knowledge", trace_id=context.correlation_id),
        deadline=min(context.deadline, time.monotonic() + NOTES_SECONDS),
    )
    if not result.ok:
        code = result.error_code
        again = code not in NOTE_PROBLEMS and not context.is_last_attempt
        error = NOTE_PROBLEMS.get(code, "No notes could be made; drafts read the source, or the notes of before.")
        _finish(asset, state=KnowledgeState.PENDING if again else KnowledgeState.FAILED, error="" if again else error)
        if again:
            raise NotesFailed(code)
        return
    with tenant(asset.workspace_id), transaction.atomic():
        locked = _unchanged(asset)
        if locked is None or locked.raw_content != source.text:
            return
        notes = str(result.value).strip()[:MAX_NOTES_CHARS]
        if locked.text_content and locked.text_content != notes:
            keep_revision(locked, author=None)
        locked.text_content, locked.content_hash = notes, source.content_hash
        locked.state, locked.error = KnowledgeState.READY, ""
        drop_file(locked)  # its text is kept
        locked.save(update_fields=["text_content", "content_hash", "state", "error", "file", "updated_at"])
    _log(asset, KnowledgeState.READY)


def _forget_file(asset: KnowledgeAsset) -> None:
    with tenant(asset.workspace_id), transaction.atomic():
        locked = _unchanged(asset)
        if locked is not None:
            drop_file(locked)
            locked.save(update_fields=["file"])


def _finish(asset: KnowledgeAsset, *, state: KnowledgeState, error: str = "") -> None:
    with tenant(asset.workspace_id), transaction.atomic():
        locked = _unchanged(asset)
        if locked is None:
            return
        locked.state, locked.error = state, error[:300]
        locked.save(update_fields=["state", "error"])
    _log(asset, state)


def _unchanged(asset: KnowledgeAsset) -> KnowledgeAsset | None:
    """The row, locked, while its source is the one that was read; None once a person gave it another. That one is
    read by the next run of the job.
    """
    locked = KnowledgeAsset.objects.select_for_update().get(pk=asset.pk)
    typed = asset.type == KnowledgeType.TEXT and locked.raw_content != asset.raw_content
    other = (locked.file.name or "", locked.file_url) != (asset.file.name or "", asset.file_url)
    return None if typed or other else locked


def _log(asset: KnowledgeAsset, state: KnowledgeState) -> None:
    logger.info(log_events.KNOWLEDGE_PROCESSED, asset_id=str(asset.pk), kind=asset.type, state=state.value)
