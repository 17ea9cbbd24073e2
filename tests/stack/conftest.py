"""A checkout of its own for each test, with the interpreter of this one."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from zrg.stack.layout import Layout


@pytest.fixture
def layout() -> Iterator[Layout]:
    # Not tmp_path: pytest's folders are private to the caller and too deep for a socket.
    project = Path(tempfile.mkdtemp(prefix="zrg-checkout-"))
    project.chmod(0o755)
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    made = Layout.below(project)
    made.make_folders()
    yield made
    shutil.rmtree(project)
