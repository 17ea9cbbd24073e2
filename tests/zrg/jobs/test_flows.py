"""docs/flows.md says what is registered."""

from pathlib import Path

from zrg.jobs.services.flows import render_flows


def test_flows_document_equals_the_registry():
    document = Path(__file__).resolve().parents[3] / "docs" / "flows.md"

    assert document.read_text() == render_flows(), "write it anew: manage.py flows > docs/flows.md"
