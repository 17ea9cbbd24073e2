"""Makes .venv and installs the packages; a quick no-op when the requirements did not change.

Run by path with any Python >= 3.11 and nothing installed: only the standard library, nothing of this project.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
# What a set contains: a later one includes those before it.
SETS = {
    "run": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt"],
    "bench": ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt"],
}


def main(name: str) -> int:
    """Install the named set; return the exit status."""
    if _is_current(name):
        return 0
    (PROJECT / "var" / "run").mkdir(parents=True, exist_ok=True)
    with (PROJECT / "var" / "run" / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_current(name):
            return 0
        return 0 if _make_venv() and _install(name) else 1


def _is_current(name: str) -> bool:
    """Tell whether this set, or a larger one, was installed from these very files with this interpreter."""
    larger = list(SETS)[list(SETS).index(name) :]
    return _runs() and any(_read(_stamp(one)) == _fingerprint(one) for one in larger)


def _make_venv() -> bool:
    if _runs() and (shutil.which("uv") or _succeeds([str(PYTHON), "-m", "pip", "--version"])):
        return True
    _say(f"Making .venv with Python {sys.version_info.major}.{sys.version_info.minor} ...")
    interpreter = getattr(sys, "_base_executable", sys.executable)
    uv = shutil.which("uv")
    command = (
        [uv, "venv", "--quiet", "--clear", "--python", interpreter] if uv else [interpreter, "-m", "venv", "--clear"]
    )
    done = subprocess.run([*command, str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return True
    sys.stderr.write(done.stderr)
    _say("Cannot make .venv; without a complete venv module (on Debian: apt install python3-venv) uv is needed.")
    return False


def _install(name: str) -> bool:
    _say("Installing packages (the first time this takes a minute or two) ...")
    files = [part for file in SETS[name] for part in ("-r", str(PROJECT / file))]
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), *files]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        command += ["--no-warn-script-location", "--no-compile", *files]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        _say("Installing packages failed; the lines above say why.")
        return False
    _stamp(name).write_text(_fingerprint(name))
    return True


def _fingerprint(name: str) -> str:
    digest = hashlib.sha256()
    for file in SETS[name]:
        path = PROJECT / file
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def _stamp(name: str) -> Path:
    return VENV / f".zrg-{name}"


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _runs() -> bool:
    return PYTHON.exists() and _succeeds([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
