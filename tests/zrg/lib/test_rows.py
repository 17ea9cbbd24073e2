from uuid import UUID, uuid4

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from zrg.lib.rows import lock_row, read_values
from zrg.workspaces.models import Membership, Workspace

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_row_is_what_the_orm_reads():
    made = LeadFactory(attributes={"size": 12, "tags": ["a"]}, alternate_emails=["b@company.example"])
    expected = Lead.objects.get(pk=made.pk)

    for _ in range(2):
        found = lock_row(Lead, made.pk)

        columns = [field.attname for field in Lead._meta.concrete_fields]
        assert {name: found.__dict__[name] for name in columns} == {name: expected.__dict__[name] for name in columns}
        assert found == expected
        assert not found._state.adding


def test_row_is_locked_by_one_statement():
    made = LeadFactory()

    with CaptureQueriesContext(connection) as seen:
        lock_row(Lead, made.pk)

    (statement,) = seen.captured_queries
    assert statement["sql"].endswith("FOR UPDATE")


def test_missing_row_is_told_as_the_orm_tells_it():
    with pytest.raises(Lead.DoesNotExist):
        lock_row(Lead, uuid4())


def joined(user_id: UUID):
    """Converted values, and the id in three places."""
    own = Membership.objects.filter(workspace=OuterRef("pk"), user_id=user_id)
    found = Workspace.objects.filter(Exists(own)).exclude(owner_id=user_id).order_by("name")
    return found.values("id", "settings__timezone", rows=ArraySubquery(own.values(value=JSONObject(role="role"))))


def test_values_are_what_the_orm_reads_for_each_id():
    both, one = MembershipFactory(workspace__name="A").user, MembershipFactory(workspace__name="C").user
    MembershipFactory(user=both, workspace=WorkspaceFactory(name="B", settings__timezone="Asia/Tokyo"))

    for person, count in ((both, 2), (one, 1), (both, 2), (WorkspaceFactory().owner, 0)):
        found = read_values(joined, person.pk)

        assert len(found) == count
        assert found == list(joined(person.pk))


def test_values_are_read_by_one_statement():
    person = MembershipFactory().user
    with CaptureQueriesContext(connection) as expected:
        list(joined(person.pk))

    with CaptureQueriesContext(connection) as seen:
        read_values(joined, person.pk)

    assert [one["sql"] for one in seen] == [one["sql"] for one in expected]
