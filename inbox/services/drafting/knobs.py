"""Knobs of drafting that a deployment may turn, read when they are used."""

import os

from inbox.rules.verification import RewriteLimits
from zrg.ai.env import number

JOB_SECONDS = 90.0
"""Whole time for a draft in the answering job."""


def asked_seconds() -> float:
    """Whole time for a draft a person asked for."""
    return number("OPENAI_DRAFT_TIMEOUT_MS", 120_000, 20_000, 200_000) / 1_000


def other_job_seconds() -> float:
    """Whole time for a draft inside a job that does other things too."""
    return number("OPENAI_DRAFT_WEBHOOK_TIMEOUT_MS", 30_000, 10_000, 120_000) / 1_000


def fast_model() -> str | None:
    """The model that rewrites a waiting draft; None for the prompt's own."""
    return os.environ.get("OPENAI_FAST_REGEN_MODEL", "").strip() or None


def verifier_model() -> str | None:
    """The model that verifies e-mails everywhere; None for the workspace's choice."""
    return os.environ.get("OPENAI_EMAIL_VERIFIER_MODEL", "").strip() or None


def rewrite_limits() -> RewriteLimits:
    """How much the verifier may change before its text is discarded."""
    return RewriteLimits(
        max_ratio=number("OPENAI_EMAIL_STEP3_REWRITE_MAX_RATIO", 0.45, 0, 1),
        max_delta_chars=int(number("OPENAI_EMAIL_STEP3_REWRITE_MAX_DELTA_CHARS", 250, 0, 6_000)),
        max_line_ratio=number("OPENAI_EMAIL_STEP3_REWRITE_MAX_LINE_RATIO", 0.5, 0, 1),
    )
