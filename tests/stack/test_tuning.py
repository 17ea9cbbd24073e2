from pathlib import Path

import pytest
import yaml

from zrg.stack import tuning
from zrg.stack.tuning import MEGABYTE, machine_memory, server_settings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("memory", "buffers", "cache"),
    [(512, "128MB", "256MB"), (4_096, "512MB", "2048MB"), (65_536, "2048MB", "32768MB")],
)
def test_an_eighth_of_the_memory_within_bounds(monkeypatch, memory, buffers, cache):
    monkeypatch.setattr(tuning, "machine_memory", lambda: memory * MEGABYTE)

    settings = server_settings(durable=True)

    assert (settings["shared_buffers"], settings["effective_cache_size"]) == (buffers, cache)


def test_plans_of_the_tests_are_those_of_an_installation():
    durable, volatile = server_settings(durable=True), server_settings(durable=False)

    assert {name for name in durable if durable[name] == volatile.get(name)} == {"jit", "random_page_cost"}
    assert (volatile["fsync"], "fsync" in durable) == ("off", False)


@pytest.mark.parametrize(("said", "limit"), [("1073741824\n", 1024), ("max\n", None), (None, None)])
def test_a_container_has_what_its_limit_says(monkeypatch, tmp_path, said, limit):
    file = tmp_path / "memory.max"
    if said is not None:
        file.write_text(said)
    monkeypatch.setattr(tuning, "_LIMIT_OF_GROUP", file)
    monkeypatch.setattr(tuning.os, "sysconf", {"SC_PAGE_SIZE": 4_096, "SC_PHYS_PAGES": 2_097_152}.get)

    assert machine_memory() == (limit or 8_192) * MEGABYTE


def test_containers_say_the_same():
    command = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["postgres"]["command"]
    said = dict(part.removeprefix("-c").split("=", 1) for part in command[1:])

    same = ("max_wal_size", "checkpoint_timeout", "random_page_cost", "jit")
    assert {name: said[name] for name in same} == {name: server_settings(durable=True)[name] for name in same}
