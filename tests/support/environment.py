"""Environment of the tests, set before the settings are read (loaded with `-p` by pytest)."""

import gc
import os
import sys
from functools import lru_cache

from psycopg import _queries

from tests.support.database import database_urls

if not os.environ.get("ZRG_TEST_DATABASE_URL"):
    sys.exit("ZRG_TEST_DATABASE_URL is not set: run the tests with `make test`.")

# Importing the product and ten thousand tests leaves nothing to collect, and all of it stays to the end:
# each collection would walk through it again.
gc.disable()

# psycopg splits a statement at its placeholders once and keeps the result, of the last 128 statements and of none
# with more than fifty values. The tests say the same ones to the end, and the row of a lead alone has more values.
_queries.MAX_CACHED_STATEMENT_PARAMS = 200
_queries.MAX_CACHED_STATEMENT_LENGTH = 16_384
_queries._query2pg_client = lru_cache(maxsize=2_048)(_queries._query2pg_client_nocache)

app_url, owner_url = database_urls()
os.environ.update(
    {
        "DJANGO_SETTINGS_MODULE": "zrg.settings",
        "ZRG_TESTING": "1",
        "DEBUG": "0",
        "ZRG_DEMO": "0",
        "DATABASE_URL": app_url,
        "DATABASE_MIGRATION_URL": owner_url,
        "REDIS_URL": "",
        "DJANGO_SECRET_KEY": "tests-only-9e1f7c0a5b3d4826af10c7",
        "FIELD_ENCRYPTION_KEYS": "c2l4dGVlbi1ieXRlcy1vbmUtc2l4dGVlbi1ieXRlMSE=",
        "CRON_SECRET": "cron-3f1b8e6d2a9c4750be61d8f2",
        "WORKSPACE_PROVISIONING_SECRET": "prov-6c2e9a4f1d8b3507ce92a1f4",
        "ADMIN_ACTIONS_SECRET": "admn-1a7d4c9e5b2f8036da47c0e9",
        "PUBLIC_APP_URL": "http://testserver",
        "MFA_REQUIRED_ROLES": "",
        "OPENAI_API_KEY": "",
        "ZRG_ALLOW_LOOPBACK_PROVIDERS": "1",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }
)
for name in ("SUPER_ADMIN_EMAILS", "SUPER_ADMIN_USER_IDS", "EMAIL_URL", "SENTRY_DSN", "ZRG_MIGRATING"):
    os.environ.pop(name, None)


def pytest_collection_finish() -> None:
    """From here on only what the tests make is collected, and not for every few hundred objects of a query."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
