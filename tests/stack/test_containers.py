import re
from pathlib import Path

import pytest
import yaml

from zrg.stack.services import QUEUES

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
# Set by the programs themselves, or only where no .env is read.
NOT_IN_EXAMPLE = {
    "DEBUG",
    "ZRG_DEMO",
    "ZRG_TESTING",
    "ZRG_MIGRATING",
    "ZRG_PROCESS",
    "ZRG_ALLOW_LOOPBACK_PROVIDERS",
} | {"CELERY_TASK_ALWAYS_EAGER"}


def example_names():
    return re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_compose_starts_the_whole_installation():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_compose_gives_the_owner_to_the_migration_only():
    with_owner = {name for name, service in SERVICES.items() if "zrg_owner" in str(service)}

    assert with_owner == {"migrate"}
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["environment"]["ZRG_OWNER_PASSWORD"] == ""
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgres://zrg_app:")


def test_compose_worker_serves_all_queues():
    command = SERVICES["worker"]["command"]

    assert command[command.index("--queues") + 1] == QUEUES


def test_compose_opens_one_port_on_the_loopback_only():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:${ZRG_PORT:-8000}:8000"]}


def test_compose_mounts_scripts_that_exist():
    sources = [v.split(":")[0] for v in SERVICES["postgres"]["volumes"] if v.startswith("./")]

    assert len(sources) == 3
    assert [source for source in sources if not (ROOT / source).is_file()] == []


def test_example_holds_names_only():
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if "=" in line and not re.fullmatch(r"(# )?[A-Z][A-Z0-9_]*=", line)] == []
    assert len(example_names()) == len(set(example_names()))


def test_example_names_what_compose_needs():
    needed = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert needed - set(example_names()) == set()


def test_example_names_what_the_settings_read():
    source = (ROOT / "zrg" / "settings.py").read_text()
    readers = r"(?:env(?:\.\w+)?|read_secret(?:_list)?|require_url|environ\.get|read_typed)"
    read = set(re.findall(readers + r'\((?:env\.\w+, )?"([A-Z][A-Z0-9_]+)"', source))

    assert read - set(example_names()) == NOT_IN_EXAMPLE & read
