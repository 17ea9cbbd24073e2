import stat

import pytest
from cryptography.fernet import Fernet

from integrations.slack.simulator import DEMO_PLATFORM_TOKEN, DEMO_SIGNING_SECRET, DEMO_WEBHOOK_PATH
from integrations.unipile.simulator import DEMO_API_KEY as UNIPILE_KEY
from zrg.lib.secrets_hygiene import load_secret
from zrg.stack.environment import (
    DEMO_PASSWORD,
    GENERATED,
    child_environment,
    development_secrets,
    load_dotenv,
    production_like_environment,
)
from zrg.stack.postgres import Server
from zrg.stack.processes import MARK_VARIABLE

pytestmark = pytest.mark.unit

SECRETS = [name for name in GENERATED if name not in (DEMO_PASSWORD, MARK_VARIABLE)]


def build(layout, base, server=None):
    return child_environment(layout, server=server, port=18100, simulator_port=18101, base=base)


@pytest.fixture
def server(layout):
    return Server(
        name="postgres",
        programs=layout.var,
        data=layout.var / "postgres",
        socket=layout.run / "a b",
        account=None,
        durable=True,
        layout=layout,
    )


def test_secrets_are_kept_private_and_stay(layout):
    first = development_secrets(layout)

    assert set(first) == set(GENERATED)
    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o600
    assert development_secrets(layout) == first


def test_secrets_missing_one_is_added_and_the_others_stay(layout):
    first = development_secrets(layout)
    layout.secrets.write_text("".join(f"{k}={v}\n" for k, v in first.items() if k != "CRON_SECRET"))
    layout.secrets.chmod(0o644)

    second = development_secrets(layout)

    assert second["CRON_SECRET"] != first["CRON_SECRET"]
    assert {k: v for k, v in second.items() if k != "CRON_SECRET"} == {
        k: v for k, v in first.items() if k != "CRON_SECRET"
    }
    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o600


def test_secrets_open_file_is_closed_again(layout):
    development_secrets(layout)
    layout.secrets.chmod(0o644)

    development_secrets(layout)

    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o600


def test_secrets_pass_the_rules_of_production(layout):
    values = development_secrets(layout)

    assert [load_secret(name, values[name], 24, "production") for name in SECRETS] == [values[n] for n in SECRETS]
    assert len({values[name] for name in SECRETS}) == len(SECRETS)
    assert (
        Fernet(values["FIELD_ENCRYPTION_KEYS"]).decrypt(Fernet(values["FIELD_ENCRYPTION_KEYS"]).encrypt(b"x")) == b"x"
    )


def test_environment_of_a_bare_machine(layout, server):
    environment = build(layout, {"PATH": "/bin", "PGPORT": "9", "DATABASE_URL": ""}, server)

    secrets = development_secrets(layout)
    assert environment == {
        **{name: value for name, value in secrets.items() if name != MARK_VARIABLE},
        "PATH": "/bin",
        "DEBUG": "1",
        "ZRG_DEMO": "1",
        "ZRG_ALLOW_LOOPBACK_PROVIDERS": "1",
        "ZRG_PORT": "18100",
        "ZRG_SIMULATOR_PORT": "18101",
        "PUBLIC_APP_URL": "http://127.0.0.1:18100",
        "EMAILBISON_BASE_URL": "http://127.0.0.1:18101/emailbison",
        "GHL_API_BASE": "http://127.0.0.1:18101/ghl",
        "UNIPILE_DSN": "http://127.0.0.1:18101/unipile",
        "UNIPILE_API_KEY": UNIPILE_KEY,
        "UNIPILE_WEBHOOK_SECRET": "simulator-unipile-webhook-secret",
        "CALENDLY_API_BASE": "http://127.0.0.1:18101/calendly",
        "INSTANTLY_API_BASE": "http://127.0.0.1:18101/instantly/api/v2",
        "SMARTLEAD_API_BASE": "http://127.0.0.1:18101/smartlead/api/v1",
        "SLACK_API_BASE": "http://127.0.0.1:18101/slack/api",
        "SLACK_WEBHOOK_URL": f"http://127.0.0.1:18101/slack{DEMO_WEBHOOK_PATH}",
        "SLACK_BOT_TOKEN": DEMO_PLATFORM_TOKEN,
        "SLACK_SIGNING_SECRET": DEMO_SIGNING_SECRET,
        "RESEND_API_BASE": "http://127.0.0.1:18101/resend",
        "CLAY_LINKEDIN_TABLE_WEBHOOK_URL": "http://127.0.0.1:18101/clay/linkedin",
        "CLAY_PHONE_TABLE_WEBHOOK_URL": "http://127.0.0.1:18101/clay/phone",
        "EMAILGUARD_API_BASE": "http://127.0.0.1:18101/emailguard",
        "EMAILGUARD_API_KEY": "simulator-emailguard-key",
        "CLAY_CALLBACK_SECRET": "simulator-clay-callback-secret",
        "OPENAI_BASE_URL": "http://127.0.0.1:18101/openai/v1",
        "OPENAI_API_KEY": "sim-key-development",
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": f"postgres://zrg_app@/zrg?host={layout.run}/a%20b",
        "DATABASE_MIGRATION_URL": f"postgres://zrg_owner@/zrg?host={layout.run}/a%20b",
    }


def test_environment_keeps_what_the_caller_says(layout):
    given = {
        "DATABASE_URL": "postgres://db/zrg",
        "REDIS_URL": "redis://r",
        "DEBUG": "0",
        "CRON_SECRET": "theirs",
        "PUBLIC_APP_URL": "https://zrg.example",
    }

    environment = build(layout, given)

    assert {name: environment[name] for name in given} == given
    assert "DATABASE_MIGRATION_URL" not in environment


def test_environment_real_model_key_goes_to_the_real_service(layout):
    environment = build(layout, {"OPENAI_API_KEY": "sk-theirs"})

    assert environment["OPENAI_API_KEY"] == "sk-theirs"
    assert "OPENAI_BASE_URL" not in environment


def test_dotenv_fills_what_is_not_set(layout, monkeypatch):
    monkeypatch.setenv("ZRG_TEST_SET", "outside")
    monkeypatch.setenv("ZRG_TEST_UNSET", "")
    monkeypatch.delenv("ZRG_TEST_UNSET")
    (layout.project / ".env").write_text("ZRG_TEST_SET=inside\nZRG_TEST_UNSET=inside\n")

    load_dotenv(layout)

    import os

    assert (os.environ["ZRG_TEST_SET"], os.environ["ZRG_TEST_UNSET"]) == ("outside", "inside")


def test_production_like_environment_is_strict(monkeypatch):
    monkeypatch.setenv("ZRG_TEST_DATABASE_URL", "postgres://zrg_owner@/postgres?host=/s")

    environment = production_like_environment()

    assert environment["DEBUG"] == "0"
    assert environment["DATABASE_URL"] == "postgres://zrg_app@/postgres?host=/s"
    assert len({environment[name] for name in SECRETS}) == len(SECRETS)
