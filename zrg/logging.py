"""JSON lines on stdout (key=value in development), redacted before they are written."""

from typing import TYPE_CHECKING, Any, cast

import structlog

from zrg.lib.redact import redact_event

if TYPE_CHECKING:
    from sentry_sdk.types import Event

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    structlog.processors.format_exc_info,
    # Last, so that the text of exceptions is redacted too.
    redact_event,
]


def configure_logging(*, development: bool, level: str) -> dict[str, Any]:
    """Configure structlog and return Django's LOGGING dictionary."""
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False) if development else structlog.processors.JSONRenderer()
    structlog.configure(
        # Lines below the level cost nothing: nobody redacts what is not written.
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stdout"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "django_structlog": {"level": "WARNING"},
            # 4xx are in the access log, without what follows a secret path.
            "django.request": {"level": "ERROR"},
            # At DEBUG it writes whole addresses, and those of incoming webhooks are credentials.
            "urllib3": {"level": "WARNING"},
        },
    }


def start_error_tracking(dsn: str, *, release: str) -> None:
    """Report unhandled errors to Sentry; without a DSN nothing is imported or sent.

    No personal data: no request bodies, no local variables, every event redacted like a log line.
    """
    if not dsn:
        return
    import sentry_sdk  # noqa: PLC0415  # slow import, and off in most installations

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_redacted,
    )


def _redacted(event: "Event", _hint: dict[str, Any]) -> "Event | None":
    return cast("Event", redact_event(None, "error", cast(dict[str, Any], event)))
