"""The one settings file. Every value of the environment is read here; docs/settings.md lists them.

A missing or malformed value stops the start with one line that names it, never with its content.
"""

import os
import sys
from pathlib import Path

import environ
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from zrg.jobs.env import inline_jobs, job_settings
from zrg.logging import configure_logging, start_error_tracking
from zrg.startup import read_secret, read_secret_list, read_typed, refuse_equal_secrets, require_url, stop

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("ZRG_VAR_DIR", BASE_DIR / "var"))

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"))

DEBUG = read_typed(env.bool, "DEBUG", default=False)
ZRG_DEMO = read_typed(env.bool, "ZRG_DEMO", default=False)
TESTING = read_typed(env.bool, "ZRG_TESTING", default=False)
ZRG_MIGRATING = read_typed(env.bool, "ZRG_MIGRATING", default=False)
SESSION_DAYS = read_typed(env.int, "SESSION_DAYS", default=14)
WEBHOOK_MAX_BODY_BYTES = read_typed(env.int, "WEBHOOK_MAX_BODY_BYTES", default=1_048_576)
EMAILBISON_REQUIRE_SECRET = read_typed(env.bool, "EMAILBISON_REQUIRE_SECRET", default=False)
ZRG_ALLOW_LOOPBACK_PROVIDERS = read_typed(env.bool, "ZRG_ALLOW_LOOPBACK_PROVIDERS", default=False)
ZRG_SIMULATOR_PORT = read_typed(env.int, "ZRG_SIMULATOR_PORT", default=8400)

VERSION = "0.1.0"
# Looser rules for secrets, no HTTPS redirects. Production is everything that is neither.
DEVELOPMENT = DEBUG or TESTING

# --- Secrets -------------------------------------------------------------------------------------
SECRET_KEY = read_secret("DJANGO_SECRET_KEY", required=True, production=not DEVELOPMENT)
SECRET_KEY_FALLBACKS = read_secret_list("DJANGO_SECRET_KEY_FALLBACKS", production=not DEVELOPMENT)
FIELD_ENCRYPTION_KEYS = read_secret_list("FIELD_ENCRYPTION_KEYS", required=True, production=not DEVELOPMENT)
CRON_SECRET = read_secret("CRON_SECRET", production=not DEVELOPMENT)
WORKSPACE_PROVISIONING_SECRETS = read_secret_list("WORKSPACE_PROVISIONING_SECRET", production=not DEVELOPMENT)
ADMIN_ACTIONS_SECRETS = read_secret_list("ADMIN_ACTIONS_SECRET", production=not DEVELOPMENT)
METRICS_TOKEN = read_secret("METRICS_TOKEN", production=not DEVELOPMENT)
refuse_equal_secrets(
    {
        "DJANGO_SECRET_KEY": [SECRET_KEY],
        "CRON_SECRET": [CRON_SECRET],
        "WORKSPACE_PROVISIONING_SECRET": WORKSPACE_PROVISIONING_SECRETS,
        "ADMIN_ACTIONS_SECRET": ADMIN_ACTIONS_SECRETS,
        "METRICS_TOKEN": [METRICS_TOKEN],
    },
    production=not DEVELOPMENT,
)
OPENAI_API_KEY = read_secret("OPENAI_API_KEY", own=False, production=not DEVELOPMENT)

# --- Addresses -----------------------------------------------------------------------------------
PUBLIC_APP_URL = require_url(
    "PUBLIC_APP_URL", default="http://127.0.0.1:8000" if DEVELOPMENT else None, https=not DEVELOPMENT
)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["*"] if DEVELOPMENT else [PUBLIC_APP_URL.split("//", 1)[1].split(":")[0]]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_APP_URL])

# --- People --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "workspaces.User"
SUPER_ADMIN_EMAILS = frozenset(e.strip().lower() for e in env.list("SUPER_ADMIN_EMAILS", default=[]) if e.strip())
SUPER_ADMIN_USER_IDS = frozenset(i.strip().lower() for i in env.list("SUPER_ADMIN_USER_IDS", default=[]) if i.strip())
MFA_REQUIRED_ROLES = frozenset(
    r.strip()
    for r in env.list(
        "MFA_REQUIRED_ROLES", default=[] if ZRG_DEMO else ["OWNER", "ADMIN", "GLOBAL_ADMIN", "SUPER_ADMIN"]
    )
    if r.strip()
)

# --- Applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    # First: its templates replace those of allauth and the admin's log-in.
    "zrg.workspaces",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "zrg.workspaces.admin_config.ZrgAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "guardian",
    "pgtrigger",
    "pghistory",
    "django_celery_beat",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "import_export",
    "django_htmx",
    "template_partials",
    "zrg.jobs",
    "zrg.ai",
    "integrations",
    "leads",
    "booking",
    "inbox",
    "followups",
    "assignment",
    "notifications",
    "zrg.analytics",
]

MIDDLEWARE = [
    "zrg.workspaces.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "zrg.workspaces.middleware.AccessLogMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zrg.workspaces.middleware.ContentSecurityMiddleware",
    "zrg.workspaces.middleware.AccessMiddleware",
    "zrg.workspaces.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "zrg.urls"
WSGI_APPLICATION = "zrg.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zrg.workspaces.context_processors.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

# --- Database ------------------------------------------------------------------------------------
# The runtime role never owns a table and cannot bypass row security; migrations run as the owner.
try:
    _database_url = env.db("DATABASE_MIGRATION_URL" if ZRG_MIGRATING else "DATABASE_URL")
except ImproperlyConfigured:
    stop("Missing or malformed setting: " + ("DATABASE_MIGRATION_URL" if ZRG_MIGRATING else "DATABASE_URL"))
DATABASES = {
    "default": {
        **_database_url,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **_database_url.get("OPTIONS", {}),
            "application_name": env("ZRG_PROCESS", default="zrg"),
            "connect_timeout": 5,
            # A transaction pooler in between shares server connections: no named prepared statements.
            "prepare_threshold": None,
            # The suite keeps one transaction open for a whole test, however loaded the machine is.
            "options": f"-c lock_timeout=5s -c idle_in_transaction_session_timeout={'0' if TESTING else '10s'}",
        },
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache and broker ----------------------------------------------------------------------------
# Never needed for correctness. Without Redis: database cache, messages as files under var/broker.
REDIS_URL = env("REDIS_URL", default="").strip()
CACHES = (
    {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "zrg"}}
    if REDIS_URL
    else {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "zrg_cache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
)
BROKER_DIR = VAR_DIR / "broker"

# --- Work ----------------------------------------------------------------------------------------
JOB_SETTINGS = job_settings(os.environ)
# CRON_<JOB>_INLINE=true runs that schedule inside its HTTP trigger instead of a worker.
CRON_INLINE_JOBS = inline_jobs(os.environ)
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=False)

# --- Accounts (django-allauth) ---------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "zrg.workspaces.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[ZRG] "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_APP_URL.split(":", 1)[0]
# Failed log-ins per address and per client; requests for a reset per address.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "5/15m/key,20/15m/ip,50/24h/key",
    "reset_password": "60/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
PASSWORD_RESET_TIMEOUT = 3600
MFA_ADAPTER = "zrg.workspaces.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "zrg.workspaces.forms.second_factor.AuthenticateForm",
    "reauthenticate": "zrg.workspaces.forms.second_factor.ReauthenticateForm",
}
MFA_TOTP_ISSUER = "ZRG"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 10
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT
SOCIALACCOUNT_ADAPTER = "zrg.workspaces.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
# A link, not a form: the policy of content forbids forms that end at another host.
SOCIALACCOUNT_LOGIN_ON_GET = True
# Single sign-on of one provider, for people who exist or are invited.
OIDC_ISSUER = env("OIDC_ISSUER", default="").strip()
OIDC_NAME = env("OIDC_NAME", default="single sign-on").strip()
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": env("OIDC_CLIENT_ID", default="").strip(),
                "secret": read_secret("OIDC_CLIENT_SECRET", own=False, production=not DEVELOPMENT),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else []
    }
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# Proxies in front whose X-Forwarded-For entry is believed.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "zrg.workspaces.session_store"
SESSION_COOKIE_AGE = SESSION_DAYS * 86_400
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
SECURE_SSL_REDIRECT = read_typed(env.bool, "SECURE_SSL_REDIRECT", default=not DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^api/health$", r"^metrics$"]
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEVELOPMENT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "zrg.workspaces.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None

# --- Language, time, files -------------------------------------------------------------------------
# The first is spoken where nobody asks: in workers, mails and posts.
_languages = env.list("ZRG_LANGUAGES", default=["en"])
LANGUAGE_CODE = _languages[0]
LANGUAGES = [(code, LANG_INFO[code]["name"]) for code in _languages if code in LANG_INFO]
if len(LANGUAGES) != len(_languages):
    stop("Malformed setting: ZRG_LANGUAGES names a language that is not known")
if len(LANGUAGES) > 1:
    # Asks each request for its language; one language needs no question.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.common.CommonMiddleware"), "django.middleware.locale.LocaleMiddleware"
    )
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT
# Otherwise every client of a test reads all static files before its first request.
WHITENOISE_AUTOREFRESH = DEVELOPMENT
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "zrg.workspaces.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Admin -----------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "ZRG operations",
    "SITE_HEADER": "ZRG operations",
    "SITE_URL": "/",
    "SITE_SYMBOL": "inbox",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda _request: static("zrg/css/admin.css")],
    "COLORS": {
        "primary": {
            "50": "#f1f5fe",
            "100": "#e3ebfd",
            "200": "#c5d6fb",
            "300": "#9dbbff",
            "400": "#6c95f0",
            "500": "#5080e6",
            "600": "#2b5fd0",
            "700": "#2450b3",
            "800": "#1f4aa8",
            "900": "#1c3a7a",
            "950": "#12244c",
        }
    },
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}

# --- Mail ------------------------------------------------------------------------------------------
# Account mails become rows of the outbox; Resend or the transport of EMAIL_URL delivers them.
EMAIL_BACKEND = "notifications.mail.OutboxBackend"
_email_url = env.email_url("EMAIL_URL", default="consolemail://" if DEVELOPMENT else "dummymail://")
MAIL_TRANSPORT = {key.lower(): value for key, value in _email_url.items()}
_has_resend = all(os.environ.get(name, "").strip() for name in ("RESEND_API_KEY", "RESEND_FROM_EMAIL"))
MAIL_CONFIGURED = bool(os.environ.get("EMAIL_URL")) or _has_resend or DEVELOPMENT
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="ZRG <no-reply@zrg.invalid>")

# --- API -------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["zrg.workspaces.api.permissions.DeclaredAction"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["zrg.workspaces.api.parsers.JSONParser", "rest_framework.parsers.FormParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "zrg.workspaces.api.errors.handle_exception",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ZRG",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "integrations.lead_push.openapi.describe_lead_push",
    ],
}

# --- Model calls -----------------------------------------------------------------------------------
AI_MODEL_PRICING_JSON = env("AI_MODEL_PRICING_JSON", default="")
DRAFT_PIPELINE_RUN_RETENTION_DAYS = max(read_typed(env.int, "DRAFT_PIPELINE_RUN_RETENTION_DAYS", default=30), 1)
AI_INTERACTION_RETENTION_DAYS = min(max(read_typed(env.int, "AI_INTERACTION_RETENTION_DAYS", default=30), 7), 90)
LEAD_CONTEXT_BUNDLE_DISABLED = read_typed(env.bool, "LEAD_CONTEXT_BUNDLE_DISABLED", default=False)
AUTO_SEND_EVALUATOR_MODEL = env("AUTO_SEND_EVALUATOR_MODEL", default="").strip()
AUTO_SEND_EVALUATOR_REASONING_EFFORT = env("AUTO_SEND_EVALUATOR_REASONING_EFFORT", default="").strip()
AUTO_SEND_REVISION_MODEL = env("AUTO_SEND_REVISION_MODEL", default="").strip()
AUTO_SEND_REVISION_REASONING_EFFORT = env("AUTO_SEND_REVISION_REASONING_EFFORT", default="").strip()
AUTO_SEND_REVISION_LOOP_TIMEOUT_MS = min(
    max(read_typed(env.int, "AUTO_SEND_REVISION_LOOP_TIMEOUT_MS", default=35_000), 5_000), 120_000
)
AUTO_SEND_DEBUG = read_typed(env.bool, "AUTO_SEND_DEBUG", default=False)
AUTO_SEND_MAX_PER_LEAD_24H = max(read_typed(env.int, "AUTO_SEND_MAX_PER_LEAD_24H", default=3), 1)
OPENAI_AUTO_SEND_EVALUATOR_TIMEOUT_MS = min(
    max(read_typed(env.int, "OPENAI_AUTO_SEND_EVALUATOR_TIMEOUT_MS", default=20_000), 1_000), 60_000
)
OPENAI_AUTO_REPLY_TIMEOUT_MS = min(
    max(read_typed(env.int, "OPENAI_AUTO_REPLY_TIMEOUT_MS", default=25_000), 1_000), 60_000
)
AI_REPLAY_JUDGE_MODEL = env("AI_REPLAY_JUDGE_MODEL", default="").strip()
OPENAI_BASE_URL = env("OPENAI_BASE_URL", default="https://api.openai.com/v1").strip()

# --- Observability -----------------------------------------------------------------------------------
LOGGING = configure_logging(development=DEVELOPMENT, level=env("LOG_LEVEL", default="INFO"))
SENTRY_DSN = env("SENTRY_DSN", default="").strip()
start_error_tracking(SENTRY_DSN, release=VERSION)
DJANGO_STRUCTLOG_CELERY_ENABLED = False
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
# The JSON endpoints are plain APIViews over dataclasses; a published schema comes with the public API.
SILENCED_SYSTEM_CHECKS = ["drf_spectacular.W001", "drf_spectacular.W002"]

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if "pytest" in sys.modules and not TESTING:
    stop("Run the tests with `make test`; it sets ZRG_TESTING and the database of the tests.")
