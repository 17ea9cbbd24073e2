"""What routing is measured against does what routing does."""

import pytest

from assignment.benchmark.references import SqlBatches
from assignment.benchmark.scene import make_scene
from leads.models import Lead
from zrg.workspaces.context import platform

pytestmark = pytest.mark.integration


def test_a_batch_in_pure_sql_moves_its_leads(committed_db):
    scene = make_scene(4, rules=1)

    reference = SqlBatches(scene, 2)
    reference.run()
    reference.close()

    with platform():
        assert Lead.objects.filter(workspace_id=scene.destinations[0], routing_status="routed").count() == 4
