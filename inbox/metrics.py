"""Counters of sending and comparing, and what stands unconfirmed; labels never carry ids."""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError
from django.db.models import Min
from django.utils import timezone
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inbox.enums import ClassificationState, DeliveryStatus, Direction
from inbox.models import Draft, Message
from zrg.lib import log_events
from zrg.lib.exposition import FIGURES
from zrg.workspaces.context import platform

log = structlog.get_logger(__name__)

SENDS = Counter("zrg_send_total", "Messages ordered, by what became of them", ["channel", "status", "code"])
AMBIGUOUS = Counter("zrg_sync_ambiguous_total", "Rows of a provider's history that fit several of our messages")

SLACK_INTERACTIONS = Counter("zrg_slack_interactions_total", "Buttons pressed in Slack, by what came of it", ["result"])


LIST_SECONDS = Histogram(
    "zrg_inbox_list_seconds",
    "Time of one page of the list, its rows read",
    ["tab"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2),
)
DRAFT_DECISIONS = Counter("zrg_draft_decisions_total", "How drafts ended", ["decision", "edited"])
APPROVE_CONFLICTS = Counter(
    "zrg_approve_conflicts_total", "Approvals and sends that were refused or came second", ["reason"]
)


def note_list(tab: str, seconds: float) -> None:
    """One page of the list."""
    LIST_SECONDS.labels(tab=tab).observe(seconds)


def count_draft_decision(decision: str, *, edited: bool = False) -> None:
    """One draft that was approved, rejected or superseded."""
    DRAFT_DECISIONS.labels(decision=decision, edited="yes" if edited else "no").inc()


def count_approve_conflict(reason: str) -> None:
    """One approval or send that did not happen; `reason` is a code."""
    APPROVE_CONFLICTS.labels(reason=reason).inc()


def count_slack_interaction(result: str) -> None:
    """One click that was acted upon, or refused."""
    SLACK_INTERACTIONS.labels(result=result).inc()


AUTO_SENDS = Counter("zrg_autosend_total", "Decisions about unattended sends", ["decision"])
AUTO_SEND_CANCELS = Counter("zrg_autosend_cancel_total", "Planned unattended sends that ended before", ["reason"])
AUTO_SEND_REVISIONS = Counter("zrg_autosend_revision_total", "Drafts that might have been improved", ["reason"])
DOUBLE_ATTEMPTS = Counter(
    "zrg_draft_double_attempts_total", "Decisions about a draft that was decided already; harmless", ["source"]
)


def count_auto_send(decision: str) -> None:
    """One recorded decision."""
    AUTO_SENDS.labels(decision=decision).inc()


def count_auto_send_cancel(reason: str) -> None:
    """One planned send that does not happen; `reason` is a code."""
    AUTO_SEND_CANCELS.labels(reason=reason).inc()


def count_revision(reason: str) -> None:
    """One draft that was improved, or not, by the code that says why."""
    AUTO_SEND_REVISIONS.labels(reason=reason).inc()


def count_double_attempt(source: str) -> None:
    """One decision that met another one."""
    DOUBLE_ATTEMPTS.labels(source=source).inc()


STAGE_SECONDS = Histogram(
    "zrg_pipeline_stage_seconds",
    "Time of one stage of the pipeline",
    ["stage"],
    buckets=(0.05, 0.25, 1, 2.5, 5, 10, 20, 30, 60, 90, 120, 240),
)
SAFETY = Counter("zrg_safety_total", "Deterministic readings of replies", ["kind", "channel"])
SENTIMENTS = Counter("zrg_sentiment_total", "Tags given to leads, by what gave them", ["tag", "source"])


def note_stage(stage: str, seconds: float) -> None:
    """One run of a stage, however it ended."""
    STAGE_SECONDS.labels(stage=stage).observe(seconds)


def count_safety(kind: str, channel: str) -> None:
    """One reply read by rule."""
    SAFETY.labels(kind=kind, channel=channel).inc()


def count_sentiment(tag: str, source: str) -> None:
    """One tag that changed; `source` is the cause of the change."""
    SENTIMENTS.labels(tag=tag, source=source).inc()


DRAFTS = Counter("zrg_drafts_total", "Drafts stored, by the way they were written", ["path"])
DRAFT_SKIPS = Counter("zrg_draft_skips_total", "Replies without a draft, by reason", ["reason"])
DRAFT_INVARIANTS = Counter("zrg_draft_invariants_total", "Faults in finished drafts, by code", ["code"])
DRAFT_STEP_SECONDS = Histogram(
    "zrg_draft_seconds", "How long the steps of a draft take", ["step"], buckets=(0.5, 1, 2, 4, 8, 15, 30, 60, 100, 120)
)


def count_draft(path: str) -> None:
    """One stored draft."""
    DRAFTS.labels(path=path).inc()


def count_draft_skip(reason: str) -> None:
    """One reply that gets no draft; `reason` is a code."""
    DRAFT_SKIPS.labels(reason=reason).inc()


def count_invariant(code: str) -> None:
    """One fault of a text that is stored with it."""
    DRAFT_INVARIANTS.labels(code=code).inc()


def observe_draft_step(step: str, seconds: float) -> None:
    """One step of a draft, "total" for the whole."""
    DRAFT_STEP_SECONDS.labels(step=step).observe(seconds)


def count_send(channel: str, status: str, code: str) -> None:
    """One call of `send_message`; `code` is empty when it was sent."""
    SENDS.labels(channel=channel, status=status, code=code).inc()


def count_ambiguous() -> None:
    """One row that was neither taken over nor matched."""
    AMBIGUOUS.inc()


class UnknownSendsCollector(Collector):
    """Messages of which nobody knows whether they left."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauge as the table stands; none when the database is away."""
        try:
            with platform():
                count = Message.objects.filter(delivery_status=DeliveryStatus.UNKNOWN).count()
        except DatabaseError as error:
            log.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
            return
        yield GaugeMetricFamily("zrg_unknown_sends", "Messages whose outcome is unknown", value=count)


class FailedClassificationsCollector(Collector):
    """Replies no model could read."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauge as the table stands; none when the database is away."""
        failed = Message.objects.filter(direction=Direction.INBOUND, classification_state=ClassificationState.FAILED)
        try:
            with platform():
                count = failed.count()
        except DatabaseError as error:
            log.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
            return
        yield GaugeMetricFamily("zrg_classification_failed", "Replies that could not be classified", value=count)


class AutoSendCollector(Collector):
    """Drafts of replies about which nobody decided in time (must be none), and how late the latest planned send is."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges as the table stands; none when the database is away."""
        now = timezone.now()
        try:
            with platform():
                count = Draft.objects.undecided(now).count()
                oldest = Draft.objects.pending().scheduled().aggregate(at=Min("auto_send_run_at"))["at"]
        except DatabaseError as error:
            log.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
            return
        late = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        yield GaugeMetricFamily("zrg_autosend_unevaluated", "Drafts nobody decided about in time", value=count)
        yield GaugeMetricFamily("zrg_autosend_due_lag_seconds", "How late the oldest due send is", value=late)


def register() -> None:
    """Add the collectors once per process."""
    FIGURES.register(UnknownSendsCollector())
    FIGURES.register(FailedClassificationsCollector())
    FIGURES.register(AutoSendCollector())
