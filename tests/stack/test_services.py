import pytest

from zrg.stack.services import QUEUES, installation_services, migration_environment

pytestmark = pytest.mark.unit

ENVIRONMENT = {"ZRG_PORT": "18100", "ZRG_SIMULATOR_PORT": "18101", "DATABASE_URL": "postgres://zrg_app@/zrg"}


def services(layout, demo):
    return {service.name: service for service in installation_services(layout, {**ENVIRONMENT, "ZRG_DEMO": demo})}


@pytest.mark.parametrize(
    ("demo", "names"), [("1", ["simulator", "web", "worker", "beat"]), ("0", ["web", "worker", "beat"])]
)
def test_simulators_run_in_a_demo_only(layout, demo, names):
    assert list(services(layout, demo)) == names


def test_web_listens_on_the_loopback_only(layout):
    command = services(layout, "1")["web"].command

    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "18100"


def test_worker_serves_all_queues_and_has_time_to_end(layout):
    from zrg.jobs.services.shutdown import GRACE_SECONDS

    worker = services(layout, "1")["worker"]

    assert worker.command[worker.command.index("--queues") + 1] == QUEUES
    assert worker.grace_seconds > GRACE_SECONDS


def test_processes_name_themselves_to_the_database(layout):
    named = {name: service.environment["ZRG_PROCESS"] for name, service in services(layout, "0").items()}

    assert named == {"web": "zrg-web", "worker": "zrg-worker", "beat": "zrg-beat"}


def test_queues_are_those_of_the_product():
    from zrg import celeryconfig

    assert sorted(QUEUES.split(",")) == sorted(queue.name for queue in celeryconfig.task_queues)


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "postgres://zrg_app@/zrg"), ({"DATABASE_MIGRATION_URL": "owner"}, "owner")]
)
def test_migrations_run_as_the_owner_when_one_is_named(given, expected):
    environment = migration_environment({**ENVIRONMENT, **given})

    assert environment["DATABASE_MIGRATION_URL"] == expected
    assert environment["ZRG_MIGRATING"] == "1"
