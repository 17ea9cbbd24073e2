"""What a prepared database depends on, as one value: when it did not change, a second `make up` prepares nothing."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from zrg.stack.environment import GENERATED
from zrg.stack.layout import Layout

CODE_FOLDERS = ("zrg", "inbox", "leads", "followups", "booking", "notifications", "assignment", "integrations")
CODE_SUFFIXES = (".py", ".sql", ".txt", ".json")
# What the demo workspace stores: addresses of the simulators, its password, what secrets are sealed with.
SETTINGS = (*GENERATED, "ZRG_DEMO", "ZRG_PORT", "ZRG_SIMULATOR_PORT", "EMAILBISON_BASE_URL", "OPENAI_BASE_URL")


def preparation_fingerprint(layout: Layout, environment: Mapping[str, str]) -> str:
    """Return a hash over the code, the requirements and the settings that preparing a database reads."""
    digest = hashlib.sha256()
    for path in _sources(layout.project):
        digest.update(f"{path.relative_to(layout.project)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for name in SETTINGS:
        digest.update(f"{name}={environment.get(name, '')}\0".encode())
    return digest.hexdigest()


def _sources(project: Path) -> Iterator[Path]:
    yield from (path for path in (project / "requirements.txt",) if path.exists())
    for folder in CODE_FOLDERS:
        yield from sorted(path for path in (project / folder).rglob("*") if path.suffix in CODE_SUFFIXES)
