"""The shares of the fairness page."""

import pytest

from assignment.services.fairness import read_fairness
from tests.assignment.services.test_rotation_hard import assign, make_lead, make_workspace
from zrg.workspaces.models import User

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_leads_of_an_account_that_is_gone_still_count():
    workspace, people = make_workspace(count=2)
    for _ in range(4):
        assign(make_lead(workspace))
    gone, stays = people
    User.objects.filter(pk=gone.pk).delete()

    found = read_fairness(workspace.pk, 7)

    assert (found.total, found.channels) == (4, {"E-mail": 4})
    assert [(one.name, one.count, one.actual, one.configured) for one in found.shares] == [
        (stays.get_full_name(), 2, 50.0, 100.0),
        ("Deleted account", 2, 50.0, 0.0),
    ]
