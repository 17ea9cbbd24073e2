"""Import a CSV file into a workspace from the command line, by the same rules as the page."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from leads.enums import DuplicateHandling
from leads.services.importing.starting import (
    ImportOptions,
    Preview,
    preview_import,
    start_import,
    upload_import,
)
from leads.services.walking import chosen_workspaces
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import tenant


class Command(BaseCommand):
    """`import_leads FILE --workspace ID [--mapping NAME] [--update] [--overwrite-names] [--no-route] [--dry-run]`.

    The file is checked and stored; a worker does the rest. With `--dry-run` only the first rows are shown.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, where to, how."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", required=True, help="id of the workspace")
        parser.add_argument("--mapping", default="", help="name of a remembered mapping")
        parser.add_argument("--update", action="store_true", help="fill empty fields of existing leads")
        parser.add_argument("--overwrite-names", action="store_true", help="with --update: replace names and company")
        parser.add_argument("--no-route", action="store_true", help="keep new leads in this workspace")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen to the first rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what would happen; start it unless it is a dry run."""
        workspaces = chosen_workspaces(options["workspace"])
        if not workspaces:
            raise CommandError("There is no such workspace.")
        try:
            with options["file"].open("rb") as content:
                self._import(workspaces[0], File(content, name=options["file"].name), options)
        except (ZrgError, OSError) as error:
            raise CommandError(str(error)) from error

    def _import(self, workspace_id: UUID, content: File, options: dict[str, Any]) -> None:  # type: ignore[type-arg]
        handling = DuplicateHandling.UPDATE if options["update"] else DuplicateHandling.SKIP
        chosen = ImportOptions(
            on_duplicate=handling, overwrite_names=options["overwrite_names"], route=not options["no_route"]
        )
        with tenant(workspace_id):
            job = upload_import(workspace_id, content, by=None, mapping_name=options["mapping"], options=chosen)
            self._print(preview_import(job))
            if options["dry_run"]:
                job.file.delete(save=False)
                job.delete()
                self.stdout.write(f"{job.total_rows} rows. Nothing was imported.")
                return
            start_import(job, by=None)
        self.stdout.write(f"Import {job.pk} of {job.total_rows} rows waits for a worker.")

    def _print(self, preview: Preview) -> None:
        for row in preview.rows:
            problems = ", ".join(problem.code for problem in row.row.problems)
            self.stdout.write(f"line {row.line}: {row.outcome.label}{f' ({problems})' if problems else ''}")
