"""Environment of the benchmark: production's rules, a database of its own, no log lines below warning.

Must be applied before the settings are read. The server is the one in ZRG_TEST_DATABASE_URL; `make
bench` starts a durable one.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

SUFFIX = "bench"
DRAWN_SECRETS = (
    "DJANGO_SECRET_KEY",
    "CRON_SECRET",
    "WORKSPACE_PROVISIONING_SECRET",
    "ADMIN_ACTIONS_SECRET",
    "UNIPILE_WEBHOOK_SECRET",
    "CLAY_CALLBACK_SECRET",
)


def apply() -> None:
    """Set the variables; ends with one line when no server is named."""
    if not os.environ.get("ZRG_TEST_DATABASE_URL"):
        sys.exit("ZRG_TEST_DATABASE_URL is not set: run the benchmark with `make bench`.")
    os.environ["ZRG_TEST_DB_SUFFIX"] = SUFFIX
    # Reads the suffix when it is imported.
    from tests.support.database import database_urls  # noqa: PLC0415

    app_url, owner_url = database_urls()
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "zrg.settings",
            "DEBUG": "0",
            "ZRG_DEMO": "0",
            "ZRG_TESTING": "0",
            "DATABASE_URL": app_url,
            "DATABASE_MIGRATION_URL": owner_url,
            "REDIS_URL": os.environ.get("ZRG_BENCH_REDIS_URL", ""),
            "ZRG_VAR_DIR": os.environ.get("ZRG_BENCH_VAR_DIR") or tempfile.mkdtemp(prefix="zrg-bench-"),
            "PUBLIC_APP_URL": "https://bench.zrg.example",
            "ALLOWED_HOSTS": "*",
            "SECURE_SSL_REDIRECT": "0",
            # The person of the measurements signs in without a second factor.
            "MFA_REQUIRED_ROLES": "",
            "FIELD_ENCRYPTION_KEYS": "c2l4dGVlbi1ieXRlcy1vbmUtc2l4dGVlbi1ieXRlMSE=",
            "LOG_LEVEL": "WARNING",
        }
    )
    os.environ.pop("ZRG_ALLOW_LOOPBACK_PROVIDERS", None)
    for name in DRAWN_SECRETS:
        os.environ[name] = secrets.token_urlsafe(32)
    os.environ["ZRG_BENCH_VAR_DIR"] = os.environ["ZRG_VAR_DIR"]
    Path(os.environ["ZRG_VAR_DIR"]).mkdir(parents=True, exist_ok=True)
