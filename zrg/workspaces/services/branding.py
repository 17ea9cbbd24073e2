"""The logo of a workspace: a picture people send, written anew before it is kept."""

from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from zrg.lib.errors import BadInput
from zrg.lib.hashing import sha
from zrg.lib.images import BadImage, clean_image
from zrg.workspaces.access import Access
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.settings import change_settings

LOGO = "brand_logo"
NAME_LENGTH = 16
CONTENT_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


def store_logo(row: WorkspaceSettings, data: bytes, *, by: User, access: Access, version: int) -> WorkspaceSettings:
    """Keep this picture as the logo and forget the one before; 422 for what is no picture, 409 when somebody saved
    the settings meanwhile. Nothing is kept when the settings are not saved.
    """
    try:
        image = clean_image(data)
    except BadImage as refused:
        raise BadInput(str(refused), field=LOGO) from refused
    digest = sha(image.content.hex())[:NAME_LENGTH]
    name = default_storage.save(f"logos/{row.workspace_id}/{digest}.{image.extension}", ContentFile(image.content))
    try:
        return _replace(row, name, by=by, access=access, version=version)
    except Exception:
        default_storage.delete(name)
        raise


def remove_logo(row: WorkspaceSettings, *, by: User, access: Access, version: int) -> WorkspaceSettings:
    """No picture any more; the address of one, if there is one, shows again."""
    return _replace(row, None, by=by, access=access, version=version)


def read_logo(row: WorkspaceSettings, name: str) -> tuple[bytes, str] | None:
    """The picture and its type, or None when the logo is another one by now."""
    path = PurePath(row.brand_logo.name or "")
    if not row.brand_logo or path.name != name or path.suffix not in CONTENT_TYPES:
        return None
    try:
        with row.brand_logo.open("rb") as file:
            return file.read(), CONTENT_TYPES[path.suffix]
    except FileNotFoundError:
        return None


def _replace(row: WorkspaceSettings, name: str | None, *, by: User, access: Access, version: int) -> WorkspaceSettings:
    old = row.brand_logo.name
    saved = change_settings(row, {LOGO: name}, by=by, version=version, access=access)
    if old and old != name:
        transaction.on_commit(lambda: default_storage.delete(old))
    return saved
