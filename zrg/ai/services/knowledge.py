"""Sources of knowledge as people keep them: adding, changing, arranging, archiving, restoring (05 R28).

All run in the caller's context and write an audit row; the reading of a file or page is a job
(`KNOWLEDGE_PROCESS`, see `knowledge_processing`).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from zrg.ai.context import website_address
from zrg.ai.enums import ContextMode, KnowledgeState, KnowledgeType
from zrg.ai.extraction import ExtractionFailed, kind_of
from zrg.ai.fetching import FetchFailed, checked_url
from zrg.ai.models import KnowledgeAsset, KnowledgeAssetRevision
from zrg.ai.models.knowledge import MAX_NOTES_CHARS, MAX_RAW_CHARS, WEBSITE_NAME
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.lib.errors import BadInput, Conflict
from zrg.lib.text import storable
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

KNOWLEDGE_PROCESS = "KNOWLEDGE_PROCESS"
MAX_FILE_BYTES = 12 * 1024 * 1024
MAX_NAME = 160
MAX_ASSETS = 200
REVISIONS_KEPT = 20
SNIFFED_BYTES = 65_536


def add_text(workspace_id: UUID, name: str, text: str, *, by: User | None) -> KnowledgeAsset:
    """A text typed by a person: usable at once as a source, notes follow."""
    asset = KnowledgeAsset(type=KnowledgeType.TEXT, raw_content=_bounded(text, MAX_RAW_CHARS, "text"))
    if not asset.raw_content:
        raise BadInput(gettext("The text is empty."), code="empty", field="text")
    return _add(asset, workspace_id, name, by)


def add_page(workspace_id: UUID, name: str, url: str, *, by: User | None) -> KnowledgeAsset:
    """A public web page; whether it can be read is found out by the job."""
    return _add(KnowledgeAsset(type=KnowledgeType.URL, file_url=_page_address(url)), workspace_id, name, by)


def add_file(workspace_id: UUID, name: str, upload: UploadedFile, *, by: User | None) -> KnowledgeAsset:
    """A PDF, Word document, web page, CSV, Markdown or text file of at most 12 MB; its first bytes decide."""
    asset = KnowledgeAsset(type=KnowledgeType.FILE, original_file_name=(upload.name or "")[:255])
    _take_file(asset, upload)
    return _add(asset, workspace_id, name or (upload.name or "").rpartition(".")[0], by)


def update_asset(
    asset: KnowledgeAsset,
    *,
    by: User | None,
    name: str | None = None,
    notes: str | None = None,
    text: str | None = None,
    mode: str | None = None,
    url: str | None = None,
    upload: UploadedFile | None = None,
) -> KnowledgeAsset:
    """Change what is given. What the asset held before becomes a revision; a new source is read by the job."""
    with transaction.atomic():
        locked = _locked(asset)
        keep_revision(locked, author=by, if_changed=(notes, text, mode))
        if name is not None:
            locked.name = _name(name, website=locked.is_website)
        if notes is not None:
            locked.text_content = _bounded(notes, MAX_NOTES_CHARS, "notes")
        if mode is not None:
            locked.ai_context_mode = _mode(mode)
        new_source = _new_source(locked, text, url, upload)
        if new_source:
            locked.state, locked.error = KnowledgeState.PENDING, ""
        _save(locked)
        if new_source and not locked.is_website:
            _order(locked)
        _audit("knowledge.changed", locked, by, fields=_given(locals()))
    return locked


def set_website(workspace_id: UUID, address: str, *, by: User | None) -> KnowledgeAsset | None:
    """The workspace's website (the reserved asset); an empty address removes it. BadInput for what is no address."""
    with transaction.atomic():
        row = KnowledgeAsset.objects.in_workspace(workspace_id).website().select_for_update().first()
        if not address.strip():
            if row is not None:
                _audit("knowledge.removed", row, by)
                row.delete()
            return None
        url = website_address(address)
        if url is None:
            raise BadInput(gettext("This is not a web address."), code="bad_url", field="website")
        row = row or KnowledgeAsset(workspace_id=workspace_id, name=WEBSITE_NAME, type=KnowledgeType.URL)
        row.file_url, row.state, row.archived_at = url, KnowledgeState.READY, None
        _save(row)
        _audit("knowledge.website_set", row, by)
    return row


def archive_asset(asset: KnowledgeAsset, *, by: User | None) -> None:
    """Drafts read it no more; its texts stay, an unread file goes."""
    with transaction.atomic():
        locked = _locked(asset)
        locked.archived_at = locked.archived_at or timezone.now()
        drop_file(locked)
        locked.save(update_fields=["archived_at", "file", "updated_at"])
        _audit("knowledge.archived", locked, by)


def unarchive_asset(asset: KnowledgeAsset, *, by: User | None) -> None:
    """Drafts read it again."""
    with transaction.atomic():
        locked = _locked(asset)
        _refuse_too_many(locked.workspace_id)
        locked.archived_at = None
        locked.save(update_fields=["archived_at", "updated_at"])
        _audit("knowledge.unarchived", locked, by)


def reorder_assets(workspace_id: UUID, ids: Sequence[UUID], *, by: User | None) -> None:
    """Arrange the page: these first, in this order; ids of others are ignored. Drafts are not affected."""
    with transaction.atomic():
        rows = KnowledgeAsset.objects.in_workspace(workspace_id).in_page_order().select_for_update()
        by_id = {row.pk: row for row in rows}
        chosen = [by_id[pk] for pk in dict.fromkeys(ids) if pk in by_id]
        rest = [row for row in by_id.values() if row not in chosen]
        for position, row in enumerate([*chosen, *rest]):
            row.position = position
        # `updated_at` stays: it says how fresh the knowledge is.
        KnowledgeAsset.objects.bulk_update(by_id.values(), ["position"])
        record_audit("knowledge.reordered", actor=by, workspace=workspace_id, object_type="knowledgeasset")


def reprocess_asset(asset: KnowledgeAsset, *, by: User | None) -> None:
    """Read the source again; the same bytes change nothing unless the last reading failed."""
    with transaction.atomic():
        locked = _locked(asset)
        locked.state, locked.error = KnowledgeState.PENDING, ""
        locked.save(update_fields=["state", "error"])
        _order(locked)
        _audit("knowledge.reprocessed", locked, by)


def restore_asset_revision(revision: KnowledgeAssetRevision, *, by: User | None) -> KnowledgeAsset:
    """Make the asset what it was; what it is now becomes a revision."""
    with transaction.atomic():
        locked = _locked(revision.asset)
        keep_revision(locked, author=by)
        locked.raw_content = revision.raw_content
        locked.text_content = revision.text_content
        locked.ai_context_mode = revision.ai_context_mode
        locked.state, locked.error = KnowledgeState.READY, ""
        _save(locked)
        _audit("knowledge.restored", locked, by, revision=str(revision.pk))
    return locked


def keep_revision(
    asset: KnowledgeAsset, *, author: User | None, if_changed: Sequence[str | None] | None = None
) -> None:
    """Store what the asset holds now, and forget all but the last 20. Nothing to store: nothing is stored.

    `if_changed`: new notes, source and mode; without a difference no revision is written.
    """
    held = (asset.text_content, asset.raw_content, asset.ai_context_mode)
    if if_changed is not None and all(new is None or new == old for new, old in zip(if_changed, held, strict=True)):
        return
    if not asset.text_content and not asset.raw_content:
        return
    KnowledgeAssetRevision.objects.create(
        workspace_id=asset.workspace_id,
        asset=asset,
        raw_content=asset.raw_content,
        text_content=asset.text_content,
        ai_context_mode=asset.ai_context_mode,
        author=author,
    )
    old = asset.revisions.order_by("-created_at").values_list("pk", flat=True)[REVISIONS_KEPT:]
    KnowledgeAssetRevision.objects.filter(pk__in=list(old)).delete()


def drop_file(asset: KnowledgeAsset) -> None:
    """Take the stored file off the row (to be saved by the caller); it is removed once that is committed."""
    if asset.file:
        stored, name = asset.file.storage, asset.file.name or ""
        transaction.on_commit(lambda: stored.delete(name))
        asset.file = None


def _add(asset: KnowledgeAsset, workspace_id: UUID, name: str, by: User | None) -> KnowledgeAsset:
    with transaction.atomic():
        asset.workspace_id = workspace_id
        asset.name = _name(name, website=False)
        _refuse_too_many(workspace_id)
        last = KnowledgeAsset.objects.in_workspace(workspace_id).aggregate(last=Max("position"))["last"]
        asset.position = 0 if last is None else last + 1
        _save(asset)
        _order(asset)
        _audit("knowledge.added", asset, by)
    return asset


def _new_source(asset: KnowledgeAsset, text: str | None, url: str | None, upload: UploadedFile | None) -> bool:
    """Put the new source in place; whether there is one."""
    if text is not None and asset.type == KnowledgeType.TEXT:
        new = _bounded(text, MAX_RAW_CHARS, "text")
        changed = new != asset.raw_content
        asset.raw_content = new
        return changed
    if url is not None and asset.type == KnowledgeType.URL:
        asset.file_url = _page_address(url)
        return True
    if upload is not None and asset.type == KnowledgeType.FILE:
        drop_file(asset)
        asset.original_file_name = (upload.name or "")[:255]
        _take_file(asset, upload)
        return True
    if text is not None or url is not None or upload is not None:
        raise BadInput(gettext("The kind of a source cannot be changed."), code="other_type")
    return False


def _take_file(asset: KnowledgeAsset, upload: UploadedFile) -> None:
    if (upload.size or 0) > MAX_FILE_BYTES:
        raise BadInput(gettext("At most 12 MB."), code="too_large", field="file")
    head = upload.read(SNIFFED_BYTES)
    # A ZIP names its parts at its end.
    data = head + upload.read() if head.startswith(b"PK") else head
    upload.seek(0)
    try:
        kind_of(data, upload.name or "")
    except ExtractionFailed as error:
        raise BadInput(
            gettext("PDF, Word (docx), HTML, CSV, Markdown or text files."), code=error.code, field="file"
        ) from error
    asset.file = upload


def _page_address(url: str) -> str:
    typed = url.strip()
    typed = typed if "://" in typed else f"https://{typed}"
    try:
        return checked_url(typed)
    except FetchFailed as error:
        raise BadInput(error.message, code=error.code, field="url") from error


def _name(name: str, *, website: bool) -> str:
    clean = " ".join(storable(name).split())
    if not clean or len(clean) > MAX_NAME:
        raise BadInput(
            gettext("A name of 1 to {max_name} characters.").format(max_name=MAX_NAME), code="name", field="name"
        )
    if (clean.lower() == WEBSITE_NAME.lower()) is not website:
        raise BadInput(gettext("This name is reserved for the website."), code="reserved_name", field="name")
    return clean


def _mode(mode: str) -> str:
    if mode not in ContextMode.values:
        raise BadInput(gettext("Notes or source."), code="mode", field="mode")
    return mode


def _bounded(text: str, limit: int, field: str) -> str:
    clean = storable(text).replace("\r\n", "\n").strip()
    if len(clean) > limit:
        raise BadInput(gettext("At most {limit:,} characters.").format(limit=limit), code="too_long", field=field)
    return clean


def _refuse_too_many(workspace_id: UUID) -> None:
    if KnowledgeAsset.objects.in_workspace(workspace_id).active().count() >= MAX_ASSETS:
        raise Conflict(
            gettext("At most {max_assets} sources; archive some first.").format(max_assets=MAX_ASSETS), code="too_many"
        )


def _locked(asset: KnowledgeAsset) -> KnowledgeAsset:
    return KnowledgeAsset.objects.in_workspace(asset.workspace_id).select_for_update().get(pk=asset.pk)


def _save(asset: KnowledgeAsset) -> None:
    try:
        with transaction.atomic():
            asset.save()
    except IntegrityError as error:
        raise Conflict(gettext("Another source has this name (perhaps an archived one)."), code="name_taken") from error


def _order(asset: KnowledgeAsset) -> None:
    """One job per asset; it runs again when it is done already."""
    key = f"{asset.workspace_id}:{asset.pk}:{KNOWLEDGE_PROCESS}"
    payload = {"asset_id": str(asset.pk)}
    if not enqueue_job(KNOWLEDGE_PROCESS, asset.workspace_id, dedupe_key=key, payload=payload):
        requeue_job(key)


def _given(values: dict[str, Any]) -> list[str]:
    return [name for name in ("name", "notes", "text", "mode", "url", "upload") if values[name] is not None]


def _audit(action: str, asset: KnowledgeAsset, by: User | None, **after: Any) -> None:
    record_audit(action, actor=by, workspace=asset.workspace_id, obj=asset, after={"name": asset.name, **after})
