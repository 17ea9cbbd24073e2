"""The environment of the supervised processes.

What the caller or `.env` says always wins; generated secrets and the addresses of this machine fill the rest.
"""

import base64
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import environ

from zrg.stack.errors import StackError
from zrg.stack.layout import Layout
from zrg.stack.ports import HOST
from zrg.stack.postgres import APP_ROLE, OWNER_ROLE, Server
from zrg.stack.processes import MARK_VARIABLE

SETTER_LOGIN = "setter@demo.example"
OWNER_LOGIN = "owner@demo.example"
DEMO_PASSWORD = "ZRG_DEMO_PASSWORD"  # noqa: S105 - the name of a variable

_SECRET_BYTES = 48
_KEY_BYTES = 32
_PASSWORD_BYTES = 12


def _new_secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def _new_fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode()


def _new_password() -> str:
    return secrets.token_urlsafe(_PASSWORD_BYTES)


GENERATED: Mapping[str, Callable[[], str]] = {
    "DJANGO_SECRET_KEY": _new_secret,
    "FIELD_ENCRYPTION_KEYS": _new_fernet_key,
    "CRON_SECRET": _new_secret,
    "WORKSPACE_PROVISIONING_SECRET": _new_secret,
    "ADMIN_ACTIONS_SECRET": _new_secret,
    DEMO_PASSWORD: _new_password,
    MARK_VARIABLE: _new_password,
}


def load_dotenv(layout: Layout) -> None:
    """Read `.env` of the checkout into the environment of this process, as the settings do; what is set stays."""
    dotenv = layout.project / ".env"
    if dotenv.exists():
        environ.Env.read_env(str(dotenv))


def development_secrets(layout: Layout) -> dict[str, str]:
    """Return the generated secrets, making those that are missing; the file is readable by its owner only."""
    known = _read(layout.secrets)
    missing = {name: make() for name, make in GENERATED.items() if not known.get(name)}
    if missing:
        known |= missing
        _write(layout.secrets, known)
    elif layout.secrets.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        layout.secrets.chmod(0o600)
    return known


def child_environment(
    layout: Layout, *, server: Server | None, port: int, simulator_port: int, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of every process of this installation; `server` is None when DATABASE_URL is set."""
    given = {name: value for name, value in (os.environ if base is None else base).items() if value.strip()}
    simulator = f"http://{HOST}:{simulator_port}"
    defaults = {
        **development_secrets(layout),
        "DEBUG": "1",
        "ZRG_DEMO": "1",
        "ZRG_ALLOW_LOOPBACK_PROVIDERS": "1",
        "EMAILBISON_BASE_URL": f"{simulator}/emailbison",
        "SMARTLEAD_API_BASE": f"{simulator}/smartlead/api/v1",
        "INSTANTLY_API_BASE": f"{simulator}/instantly/api/v2",
        "GHL_API_BASE": f"{simulator}/ghl",
        "UNIPILE_DSN": f"{simulator}/unipile",
        "UNIPILE_API_KEY": "simulator-unipile-key",
        "UNIPILE_WEBHOOK_SECRET": "simulator-unipile-webhook-secret",
        "SLACK_API_BASE": f"{simulator}/slack/api",
        "SLACK_WEBHOOK_URL": f"{simulator}/slack/services/T0ZRG/B0ZRG/simulator",
        "SLACK_BOT_TOKEN": "xoxb-simulator-platform",
        "SLACK_SIGNING_SECRET": "simulator-slack-signing-secret",
        "RESEND_API_BASE": f"{simulator}/resend",
        "CLAY_LINKEDIN_TABLE_WEBHOOK_URL": f"{simulator}/clay/linkedin",
        "CLAY_PHONE_TABLE_WEBHOOK_URL": f"{simulator}/clay/phone",
        "EMAILGUARD_API_BASE": f"{simulator}/emailguard",
        "EMAILGUARD_API_KEY": "simulator-emailguard-key",
        "CLAY_CALLBACK_SECRET": "simulator-clay-callback-secret",
        "CALENDLY_API_BASE": f"{simulator}/calendly",
        "PUBLIC_APP_URL": f"http://{HOST}:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    if "OPENAI_API_KEY" not in given:
        # A real key goes to the real service; without one the simulator answers.
        defaults |= {"OPENAI_API_KEY": "sim-key-development", "OPENAI_BASE_URL": f"{simulator}/openai/v1"}
    # Only the supervisor marks what it starts: a person's own commands must not be taken for its leftovers.
    del defaults[MARK_VARIABLE]
    environment = {**defaults, **given, "ZRG_PORT": str(port), "ZRG_SIMULATOR_PORT": str(simulator_port)}
    return environment if server is None else _with_embedded_database(environment, server)


def is_demo(environment: Mapping[str, str]) -> bool:
    """Tell whether the demo workspace and the simulators are wanted; ZRG_DEMO=0 runs a small real installation."""
    return environment["ZRG_DEMO"].strip().lower() in ("1", "true", "on", "yes", "y", "ok")


def production_like_environment() -> dict[str, str]:
    """Return an environment that passes the rules of production, with secrets drawn now, for checks and builds.

    The database is the server the tests use when one is named; otherwise an address that nobody connects to.
    """
    server = os.environ.get("ZRG_TEST_DATABASE_URL") or f"postgres://{OWNER_ROLE}@{HOST}/postgres"
    return {
        **os.environ,
        **{name: make() for name, make in GENERATED.items() if name not in (DEMO_PASSWORD, MARK_VARIABLE)},
        "DEBUG": "0",
        "ZRG_DEMO": "0",
        "PUBLIC_APP_URL": "https://zrg.example",
        "DATABASE_URL": server.replace(OWNER_ROLE, APP_ROLE, 1),
        "DATABASE_MIGRATION_URL": server,
    }


def _with_embedded_database(environment: dict[str, str], server: Server) -> dict[str, str]:
    """Point at the embedded server; libpq's own variables would lead elsewhere."""
    kept = {name: value for name, value in environment.items() if not name.startswith("PG")}
    return {**kept, "DATABASE_URL": server.url(APP_ROLE), "DATABASE_MIGRATION_URL": server.url(OWNER_ROLE)}


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StackError(f"Cannot read {path} ({error.strerror}); run as the user who made it.") from error
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _write(path: Path, values: Mapping[str, str]) -> None:
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("# Generated for this machine by make up. Never copy it to another one.\n")
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    scratch.replace(path)
