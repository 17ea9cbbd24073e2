"""The third layer: every tenant table has a policy, and a raw connection sees what it should."""

import uuid
from datetime import timedelta

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.utils import timezone

from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient, no_context
from tests.support.database import database_urls
from tests.support.rows import make_row
from zrg.workspaces.context import dispatch, platform, tenant, user_context
from zrg.workspaces.models import AdminAuditEvent, IdempotencyKey, Membership, Workspace, WorkspaceSettings
from zrg.workspaces.querysets import LeadScopedQuerySet, TenantQuerySet
from zrg.workspaces.rls import protected_models, row_security_of
from zrg.workspaces.services.health import role_faults
from zrg.workspaces.services.retention import purge_tenancy
from zrg.workspaces.services.row_security import report

# Tables without a workspace, each with its reason.
GLOBAL_TABLES = {
    "workspaces_user": "a person may work in several workspaces",
    "workspaces_user_groups": "Django's table, unused",
    "workspaces_user_user_permissions": "Django's table, unused",
    "workspaces_userpreference": "belongs to a person",
    "workspaces_platformgrant": "belongs to the installation",
    "workspaces_operatorswitch": "belongs to the installation",
    "workspaces_systemnotice": "shown to everybody",
    "workspaces_idempotencykey": "provisioning calls precede the workspace",
    "jobs_taskrun": "runs of schedules of the installation",
    "jobs_scheduledjob": "schedules of the installation",
    "jobs_jobsheartbeat": "signs of life of the installation's processes",
    "leads_installationsalt": "one value per installation",
    "integrations_webhookroute": "resolves the workspace of a call; holds no secret and no customer data",
    "integrations_emailbisonbasehost": "allowlist of the installation",
}
# Whole apps of Django and its ecosystem: accounts, sessions, clock, permissions, their own history.
GLOBAL_APPS = {
    "admin": "Django's log of the admin",
    "auth": "Django's groups and permissions",
    "contenttypes": "Django's names of models",
    "sessions": "Django's sessions",
    "account": "addresses of people (allauth)",
    "mfa": "second factors of people (allauth)",
    "socialaccount": "single sign-on of people (allauth)",
    "usersessions": "sessions of people (allauth)",
    "guardian": "grants derived from memberships; never read to decide",
    "django_celery_beat": "the clock",
    "pghistory": "context of history rows, without customer data",
}
PROTECTED = [pytest.param(model, id=model._meta.db_table) for model, _ in protected_models()]


def test_every_model_is_protected_or_global_with_a_reason():
    undecided = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if row_security_of(model) is None
        and not model._meta.proxy
        and model._meta.managed
        and model._meta.db_table not in GLOBAL_TABLES
        and model._meta.app_label not in GLOBAL_APPS
    ]

    assert undecided == []


def test_global_tables_have_no_workspace():
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}

    unknown = set(GLOBAL_TABLES) - set(tables)
    with_workspace = [
        table
        for table in GLOBAL_TABLES
        if table in tables and "workspace" in {field.name for field in tables[table]._meta.concrete_fields}
    ]

    assert unknown == set()
    assert with_workspace == []


@pytest.mark.django_db
def test_hard_01_three_layers_every_table_has_a_policy_and_an_index():
    open_tables = [line for line in report() if not line.is_closed]

    assert open_tables == []


@pytest.mark.parametrize("model", PROTECTED)
def test_hard_01_three_layers_every_manager_names_the_workspace(model: type[models.Model]):
    if model._meta.object_name.endswith("Event") and hasattr(model, "pgh_tracked_model"):
        return  # history rows are read by the admin only
    rows = model._default_manager.all()

    assert callable(getattr(rows, "in_workspace", None))
    assert callable(getattr(rows, "visible_to", None))
    has_lead = any(
        field.name == "lead" and field.is_relation and field.related_model._meta.label == "leads.Lead"
        for field in model._meta.concrete_fields
    )
    if has_lead and not isinstance(rows, LeadScopedQuerySet):
        # Queue and outbox rows carry a lead for routing only; setters never list them.
        assert isinstance(rows, TenantQuerySet)


@pytest.mark.django_db
@pytest.mark.parametrize("model", PROTECTED)
def test_hard_01_workspace_isolation(model: type[models.Model]):
    mine, theirs = WorkspaceFactory(), WorkspaceFactory()
    with platform():
        row = make_row(model, theirs)
        table, column = model._meta.db_table, row_security_of(model).workspace_column
        key = model._meta.pk.column

    with tenant(mine.pk):
        assert _count(f'SELECT count(*) FROM "{table}" WHERE {column} = %s', [theirs.pk]) == 0
        assert _count(f'SELECT count(*) FROM "{table}" WHERE "{key}" = %s', [row.pk]) == 0
        assert _changed(f'DELETE FROM "{table}" WHERE "{key}" = %s', [row.pk]) == 0
        assert _changed(f'UPDATE "{table}" SET {column} = {column} WHERE "{key}" = %s', [row.pk]) == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            _copy_row(table, key, row)
    with tenant(theirs.pk):
        assert _count(f'SELECT count(*) FROM "{table}" WHERE "{key}" = %s', [row.pk]) == 1


def _copy_row(table: str, key: str, row: models.Model) -> None:
    """Try to add a row to the other workspace; the policy answers before any other constraint."""
    values = {
        field.column: field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in row._meta.concrete_fields
        if not getattr(field, "generated", False)
    }
    values[key] = uuid.uuid4() if isinstance(row.pk, uuid.UUID) else -1
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(values.values()))


@pytest.fixture
def committed_rows(committed_db: None) -> None:
    with platform(timeout_ms=30_000):
        workspace = WorkspaceFactory()
        for model, _ in protected_models():
            make_row(model, workspace)


@pytest.mark.integration
def test_hard_01_three_layers_raw_connection_without_context_sees_nothing(committed_rows: None):
    app_url, _ = database_urls()
    with psycopg.connect(app_url) as raw:
        visible = {
            model._meta.db_table: raw.execute(f'SELECT count(*) FROM "{model._meta.db_table}"').fetchone()[0]
            for model, _ in protected_models()
        }

    assert {table: count for table, count in visible.items() if count} == {}


@pytest.mark.django_db
def test_hard_01_runtime_role_no_bypass():
    assert role_faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("zrg_app", False, False)


@pytest.mark.integration
def test_requests_leave_no_context_behind(committed_db):
    with_user = ZrgClient()
    with platform():
        user = MembershipFactory().user
    with_user.login_as(user).get("/api/workspaces")

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('zrg.ws_all', true), current_setting('zrg.ws_assigned', true)")
        assert set(cursor.fetchone()) <= {"", None}


@pytest.mark.django_db
def test_user_context_reads_own_membership_and_workspace_only():
    mine, other = MembershipFactory(), MembershipFactory()

    with user_context(mine.user_id):
        assert list(Membership.objects.values_list("pk", flat=True)) == [mine.pk]
        assert list(Workspace.objects.values_list("pk", flat=True)) == [mine.workspace_id]
        assert list(WorkspaceSettings.objects.values_list("workspace_id", flat=True)) == [mine.workspace_id]
        assert Workspace.objects.filter(pk=mine.workspace_id).update(name="Taken") == 0
    assert other.workspace_id != mine.workspace_id


@pytest.mark.django_db
def test_dispatch_context_reads_states_of_workspaces_and_no_people():
    MembershipFactory()

    with dispatch():
        assert Workspace.objects.count() == 1
        assert WorkspaceSettings.objects.count() == 1
        assert Membership.objects.count() == 0
        assert Workspace.objects.update(name="Taken") == 0


@pytest.mark.django_db
def test_hard_01_audit_append_only():
    event = AdminAuditEvent.objects.create(action="test.act", workspace=WorkspaceFactory())

    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
        AdminAuditEvent.objects.filter(pk=event.pk).update(action="other")
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
        AdminAuditEvent.objects.filter(pk=event.pk).delete()

    event.refresh_from_db()
    assert event.action == "test.act"


@pytest.mark.django_db
def test_audit_older_than_retention_leaves_through_its_function_only():
    old = AdminAuditEvent.objects.create(action="old", created_at="2020-01-01T00:00:00Z")
    young = AdminAuditEvent.objects.create(action="young")

    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_purge_audit(now() - interval '401 days', 100)")
        assert cursor.fetchone() == (1,)
    with pytest.raises(Exception, match="400 days"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT zrg_purge_audit(now(), 100)")

    assert list(AdminAuditEvent.objects.filter(pk__in=[old.pk, young.pk])) == [young]


@pytest.mark.django_db
def test_nested_context_is_restored():
    workspace = WorkspaceFactory()
    person = UserFactory()

    with tenant(workspace.pk):
        with user_context(person.pk):
            assert Workspace.objects.count() == 0
        assert Workspace.objects.count() == 1


def _count(query: str, values: list[object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


def _changed(query: str, values: list[object]) -> int:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.rowcount
    except (ProgrammingError, IntegrityError):
        return 0


@pytest.mark.django_db
def test_missing_context_is_logged_and_answers_nothing(caplog):
    WorkspaceFactory()

    with no_context():
        assert list(Workspace.objects.all()) == []
        assert UserFactory._meta.model.objects.exists()

    assert [record.getMessage() for record in caplog.records if "rls.context_missing" in record.getMessage()] != []
    assert not any("workspaces_user" in record.getMessage() for record in caplog.records)


@pytest.mark.django_db
def test_retention_removes_old_acts_and_answers_only():
    now = timezone.now()
    AdminAuditEvent.objects.create(action="old", created_at=now - timedelta(days=401))
    AdminAuditEvent.objects.create(action="young", created_at=now - timedelta(days=399))
    IdempotencyKey.objects.create(endpoint="x", key="old", body_hash="h", created_at=now - timedelta(hours=25))
    IdempotencyKey.objects.create(endpoint="x", key="young", body_hash="h")

    removed = purge_tenancy(now)

    assert removed == {"audit": 1, "idempotency_keys": 1, "sessions": 0}
    assert AdminAuditEvent.objects.get().action == "young"
    assert IdempotencyKey.objects.get().key == "young"
