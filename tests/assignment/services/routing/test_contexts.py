"""Who may call which function of routing: the runtime role in each context (11b R15)."""

from contextlib import contextmanager

import pytest
from django.db import Error, connection, transaction

from assignment.models import LeadAttribution
from assignment.services.routing.single import route_lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory, WorkspaceFactory
from tests.support.routing_world import call, new_owner
from zrg.workspaces.context import NOTHING, db_context, dispatch, platform, tenant

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


class Scene:
    """One lead in every state that a function looks for."""

    def __init__(self):
        self.partner = RoutingPartnerFactory(cap_total=50)
        self.source = self.partner.workspace
        self.rule = RoutingRuleFactory(
            workspace=self.source, destination_workspace=self.partner.destination_workspace, conditions={}
        )
        self.delivered = LeadFactory(workspace=self.source)
        route_lead(self.delivered.pk, self.source.pk)
        self.waiting, self.held, self.failed = (LeadFactory(workspace=self.source) for _ in range(3))
        self.retried = LeadFactory(workspace=self.source)
        self.owner = new_owner()
        for lead in (self.held, self.failed, self.retried):
            assert call("acquire_routing_lock", lead.pk, self.owner)
        for lead, most in ((self.failed, 1), (self.retried, 3)):
            assert call("fail_routing", lead.pk, "x", self.owner, most, types=("uuid", "text", "uuid", "integer"))
        self.stranger = WorkspaceFactory()


def calls(scene):
    ids, source = [scene.waiting.pk], scene.source.pk
    credit = LeadAttribution.objects.get().pk
    listed = "ARRAY[%s]::uuid[]"
    return {
        "acquire": ("SELECT count(*) FROM acquire_routing_lock(%s, %s) a WHERE a", [scene.waiting.pk, new_owner()]),
        "complete": (
            "SELECT count(*) FROM complete_routing(%s, %s, NULL, %s) c WHERE c",
            [scene.held.pk, source, scene.owner],
        ),
        "complete batch": (
            f"SELECT count(*) FROM complete_routing_batch(%s, {listed}, {listed}, {listed}) WHERE result <> 'skipped'",
            [new_owner(), *ids, source, None],
        ),
        "fail": ("SELECT count(*) FROM fail_routing(%s, 'x', %s) f WHERE f", [scene.held.pk, scene.owner]),
        "fail batch": (
            f"SELECT count(*) FROM fail_routing_batch(%s, {listed}, ARRAY['error'], ARRAY['x'], ARRAY[true],"
            " NULL::timestamptz[]) WHERE result <> 'skipped'",
            [new_owner(), *ids],
        ),
        "claim": ("SELECT count(*) FROM claim_routing_batch(%s)", [source]),
        "claim named": (f"SELECT count(*) FROM claim_routing_batch(%s, 5, {listed})", [source, *ids]),
        "facts": ("SELECT count(*) FROM read_routing_facts(%s)", ids),
        "many facts": (f"SELECT count(*) FROM read_many_routing_facts(%s, {listed})", [source, *ids]),
        "requeue": (f"SELECT requeue_routing({listed})", [scene.failed.pk]),
        "cancel": (f"SELECT cancel_routing({listed})", ids),
        "hurry": ("SELECT hurry_routing_retries(%s)", [source]),
        "return": ("SELECT count(*) FROM return_routed_lead(%s, 'other', NULL::uuid) r WHERE r", [credit]),
        "rules": ("SELECT count(*) FROM routing_config(%s) c WHERE c IS NOT NULL", [source]),
        "work": ("SELECT count(*) FROM routing_workspaces_with_work() WHERE workspace_id = %s", [source]),
        "health": ("SELECT count(*) FROM routing_health(%s) WHERE pending > 0", [source]),
    }


NAMES = (
    "acquire", "complete", "complete batch", "fail", "fail batch", "claim", "claim named", "facts", "many facts",
    "requeue", "cancel", "hurry", "return", "rules", "work", "health",
)  # fmt: skip


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answer(name, scene, context):
    sql, values = calls(scene)[name]
    with undone(), context, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


@pytest.mark.parametrize("name", NAMES)
def test_hard_11b_routing_context_nobody_routes_leads_of_a_workspace_they_do_not_see(name):
    scene = Scene()
    mine = scene.partner.destination_workspace_id if name == "return" else scene.source.pk

    assert answer(name, scene, db_context(NOTHING)) == 0
    assert answer(name, scene, tenant(scene.stranger.pk)) == 0
    for context in (tenant(mine), platform(), dispatch()):
        assert answer(name, scene, context) > 0


def test_hard_11b_routing_context_what_is_about_all_workspaces_is_for_nobody_who_sees_a_few():
    scene = Scene()

    for context in (db_context(NOTHING), tenant(scene.source.pk)):
        with pytest.raises(Error), undone(), context:
            call("purge_routing", 10)
    for context in (platform(), dispatch()):
        with undone(), context:
            assert call("purge_routing", 10) is not None


def test_a_person_known_at_a_partner_goes_to_no_other_workspace_either():
    scene = Scene()
    plain = WorkspaceFactory()
    RoutingPartnerFactory(workspace=scene.source, destination_workspace=plain)
    lead = LeadFactory(workspace=scene.source, email="kim@acme.io")
    LeadFactory(workspace=scene.partner.destination_workspace, email="kim@acme.io", routing_status="routed")
    owner = new_owner()
    assert call("acquire_routing_lock", lead.pk, owner)

    assert call("complete_routing", lead.pk, plain.pk, None, owner)

    lead.refresh_from_db()
    assert (lead.workspace_id, lead.routing_status, lead.duplicate_of_lead_id is not None) == (
        scene.source.pk,
        "routed",
        True,
    )
