"""Finds and ends what a killed supervisor left behind; called only while no supervisor runs."""

from zrg.stack.layout import Layout
from zrg.stack.postgres import stop_server
from zrg.stack.processes import end_processes, is_alive, marked_processes, read_record

_GRACE_SECONDS = 5


def end_leftovers(layout: Layout, mark: str, *, servers: tuple[str, ...]) -> int:
    """End processes of this installation, then its servers by name; return how many were found."""
    records = [read_record(path) for path in layout.run.glob("*.json") if path.stem not in _server_names(layout)]
    found = {record for record in records if record is not None and is_alive(record)} | set(marked_processes(mark))
    end_processes(sorted(found, key=lambda record: record.pid), grace_seconds=_GRACE_SECONDS)
    return len(found) + sum(_end_server(layout, name) for name in servers)


def _end_server(layout: Layout, name: str) -> int:
    path = layout.run / f"{name}.json"
    record = read_record(path)
    alive = record is not None and is_alive(record)
    if record is not None and alive:
        stop_server(record)
    path.unlink(missing_ok=True)
    return int(alive)


def _server_names(layout: Layout) -> set[str]:
    return {path.stem for path in layout.run.glob("*postgres.json")}
