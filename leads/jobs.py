"""Job handlers of leads: load ids, call one service."""

from uuid import UUID

from leads.services.asking import put_question
from leads.services.exporting import run_export
from leads.services.importing.running import run_import
from zrg.jobs.contracts import JobContext

__all__ = ["run_enrichment_request", "run_export", "run_import"]


def run_enrichment_request(context: JobContext) -> None:
    """`ENRICHMENT_REQUEST`: put one question to Clay."""
    put_question(context.workspace_id, UUID(context.payload["request_id"]))
