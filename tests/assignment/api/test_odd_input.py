"""What no client of ours sends is refused with a 400 that names it, and changes nothing."""

import json

import pytest

from assignment.models import RoutingPartner, RoutingRule
from assignment.services.routing.single import route_lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
DEEP = "[" * 100_000
NESTED = '{"name": "x", "conditions": ' + '{"all": [' * 400 + "{}" + "]}" * 400 + "}"


@pytest.fixture
def partner():
    return RoutingPartnerFactory()


@pytest.fixture
def rule(partner):
    return RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)


@pytest.fixture
def source(partner, client):
    client.login_as(partner.workspace.owner)
    return partner.workspace


def send(client, method, path, body):
    given = body if isinstance(body, str) else json.dumps(body)
    return getattr(client, method)(f"/api/routing/{path}", given, content_type="application/json")


@pytest.mark.parametrize("path", ["batch", "rules", "simulate", "simulate/recent", "partners", "requeue"])
@pytest.mark.parametrize("body", [DEEP, NESTED])
def test_what_is_nested_too_deeply_is_no_error_of_ours(client, source, path, body):
    answer = send(client, "post", f"{path}?clientId={source.pk}", body)

    assert answer.status_code == 400
    assert RoutingRule.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": 5}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"name": "  "}, "name"),
        ({"weight": 2.7}, "weight"),
        ({"weight": True}, "weight"),
        ({"priority": "5"}, "priority"),
        ({"isActive": "1"}, "is_active"),
        ({"startsAt": "9999-12-31T23:59:59-12:00"}, "startsAt"),
        ({"startsAt": "0001-01-01T00:00:00+12:00"}, "startsAt"),
        ({"endsAt": "9999-06-01T00:00:00Z"}, "endsAt"),
        (
            {"schedule": {"days": [1] * 8, "from": "09:00", "to": "17:00", "timezone": "UTC"}},
            "schedule.days",
        ),
    ],
)
def test_a_rule_takes_values_of_their_own_kind_alone(client, source, rule, values, field):
    answer = send(client, "patch", f"rules/{rule.pk}", values)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    rule.refresh_from_db()
    assert (rule.version, rule.starts_at, rule.ends_at) == (1, None, None)


@pytest.mark.parametrize("amount", ["99999999.999", 99999999.995, "100000000", "-0.01", "1e400", None, True])
def test_credit_that_does_not_fit_is_refused(client, source, partner, amount):
    answer = send(client, "patch", f"partners/{partner.pk}", {"creditAmount": amount})

    assert (answer.status_code, answer.json()["field"]) == (400, "credit_amount")


def test_the_largest_credit_fits(client, source, partner):
    answer = send(client, "patch", f"partners/{partner.pk}", {"creditAmount": "99999999.99"})

    assert (answer.status_code, answer.json()["creditAmount"]) == (200, "99999999.99")


def test_reasons_and_counts_are_what_they_say(client, source, partner):
    there = partner.destination_workspace
    client.login_as(there.owner)
    paused = send(client, "post", f"partners/{partner.pk}/pause", {"reason": {"a": 1}})
    client.login_as(source.owner)
    counted = send(client, "post", f"simulate/recent?clientId={source.pk}", {"count": "200"})
    facts = send(client, "post", f"simulate?clientId={source.pk}", {"facts": []})

    assert [(one.status_code, one.json()["field"]) for one in (paused, counted, facts)] == [
        (400, "reason"),
        (400, "count"),
        (400, "facts"),
    ]
    assert RoutingPartner.objects.get(pk=partner.pk).status == "active"


def test_a_stored_time_nobody_can_read_takes_its_rule_out_and_no_other(partner, rule):
    """Written past the services, for example by a script."""
    there = RoutingPartnerFactory(workspace=partner.workspace, destination_workspace=WorkspaceFactory())
    far = RoutingRuleFactory(workspace=partner.workspace, destination_workspace=there.destination_workspace, priority=9)
    lead = LeadFactory(workspace=partner.workspace)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE assignment_routingrule SET ends_at = 'infinity' WHERE id = %s", [far.pk])

    result = route_lead(lead.pk, partner.workspace_id)

    assert (result.result, result.matched_rule_id) == ("success", rule.pk)
