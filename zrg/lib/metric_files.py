"""Where processes count, so that the page of metrics tells of all of them.

The client library counts in the memory of one process, or in files when `PROMETHEUS_MULTIPROC_DIR` says where. Web
processes, workers and beat count in a folder each below `ZRG_METRICS_DIR`, named by host and kind, because numbers of
processes repeat between containers.
"""

import os
import socket
from pathlib import Path

ROOT_VARIABLE = "ZRG_METRICS_DIR"
FILES_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
KIND_VARIABLE = "ZRG_PROCESS"


def count_in_files() -> None:
    """Choose this process's folder; call before the client library is imported. Without both variables: memory."""
    root, kind = os.environ.get(ROOT_VARIABLE), os.environ.get(KIND_VARIABLE)
    if not root or not kind:
        return
    folder = Path(root) / f"{socket.gethostname()}.{kind}"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[FILES_VARIABLE] = str(folder)


def counted_files() -> list[str] | None:
    """The files of every process, living or ended; None where this process counts in memory."""
    if FILES_VARIABLE not in os.environ:
        return None
    return sorted(map(str, Path(os.environ[FILES_VARIABLE]).parent.glob("*/*.db")))
