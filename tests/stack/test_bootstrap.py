import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path):
    """The two files a machine without anything runs first, and a PATH that holds no Python."""
    (tmp_path / "zrg" / "stack").mkdir(parents=True)
    for name in ("bootstrap.sh", "bootstrap.py"):
        shutil.copy(ROOT / "zrg" / "stack" / name, tmp_path / "zrg" / "stack" / name)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "dirname"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return tmp_path


def bootstrap(checkout, **environment):
    return subprocess.run(
        ["sh", "zrg/stack/bootstrap.sh", "run"],
        cwd=checkout,
        env={"PATH": str(checkout / "bin"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def write_python(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_no_python_is_one_line(checkout):
    done = bootstrap(checkout)

    assert done.returncode == 1
    assert done.stderr == (
        "zrg: Python 3.11 or newer is needed (found: none); install it or name one: make up PYTHON=/path/to/python3\n"
    )


def test_old_python_is_one_line_with_its_version(checkout):
    write_python(checkout / "bin" / "python3", '[ "$1" = --version ] && echo "Python 3.8.2" || exit 1')

    done = bootstrap(checkout)

    assert done.returncode == 1
    assert "(found: Python 3.8.2)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_named_python_is_used(checkout):
    write_python(checkout / "named", 'case "$*" in *bootstrap.py*) echo "used: $*";; esac')

    done = bootstrap(checkout, PYTHON=str(checkout / "named"))

    assert done.stdout == "used: -I zrg/stack/bootstrap.py run\n"


def test_unchanged_requirements_install_nothing(checkout):
    requirements = checkout / "requirements.txt"
    requirements.write_text("nothing==1\n")
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(shutil.which("python3") or os.devnull)
    fingerprint = subprocess.run(
        ["sha256sum", str(requirements)], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    (checkout / ".venv" / ".zrg-run").write_text(fingerprint)

    unchanged = bootstrap(checkout, PATH=os.environ["PATH"])

    assert (unchanged.returncode, unchanged.stdout, unchanged.stderr) == (0, "", "")
