"""Files of leads as people send them."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from leads.models import LeadImportJob
from leads.services.importing.starting import ImportOptions, change_import, start_import, upload_import
from zrg.workspaces.models import Workspace

HEADER = "First Name,Last Name,Email,Phone,Company,LinkedIn"


def csv_file(*lines: str, header: str = HEADER, encoding: str = "utf-8", name: str = "leads.csv") -> SimpleUploadedFile:
    """A file with these lines below the header."""
    return SimpleUploadedFile(name, "\r\n".join([header, *lines, ""]).encode(encoding), content_type="text/csv")


def uploaded(workspace: Workspace, *lines: str, by: Any = None, header: str = HEADER) -> LeadImportJob:
    """An import whose file is stored and which has not started."""
    return upload_import(workspace.pk, csv_file(*lines, header=header), by=by or workspace.owner)


def started(
    workspace: Workspace, lines: Sequence[str], *, header: str = HEADER, by: Any = None, **options: Any
) -> LeadImportJob:
    """An import that waits for a worker."""
    job = uploaded(workspace, *lines, header=header, by=by)
    if options:
        job = change_import(job, None, ImportOptions(**options))
    return start_import(job, by=by or workspace.owner)
