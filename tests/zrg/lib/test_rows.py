from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from tests.factories import LeadFactory
from zrg.lib.rows import lock_row

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
