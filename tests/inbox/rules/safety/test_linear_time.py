"""A hostile 200 kB reply costs linear time: twice the text must not cost four times the work."""

import time

import pytest

from inbox.rules.safety import classify_safety

pytestmark = pytest.mark.unit

SIZE = 200_000
# Far above what a slow machine needs for linear work, far below what quadratic work would take (minutes).
SECONDS = 2.0

PIECES = (
    "a",
    " ",
    "\n",
    "(",
    "a.",
    "a@",
    "a@a.",
    "@",
    "www.",
    "' ",
    " - ",
    ">\n",
    "stop ",
    "stop the ",
    "do not ",
    "don't call me on ",
    "remove my ",
    "delete my my ",
    "take my ",
    "opt me ",
    "please ",
    "to unsubscribe ",
    "unsubscribe rate ",
    "if you no longer ",
    "not interested in ",
    "no more ",
    "was out of office ",
    "this email ",
    "550 5.1.1 ",
    "thanks ",
    "gdpr ",
    "report your ",
    "mochte ich nicht mehr ",
    "ne souhaite plus ",
    "no quiero recibir ",
    "monday 4pm ",
    "é",
    "👍",
    "we had to stop sending ",
    "\u2019",
)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_pathological_text_is_read_in_bounded_time(piece, channel):
    body = (piece * (SIZE // len(piece) + 1))[:SIZE]

    started = time.thread_time()
    classify_safety(body, subject=body[:10_000], channel=channel, lead_name=piece * 50, from_email=piece * 1_000)

    assert time.thread_time() - started < SECONDS


def test_a_withdrawal_at_the_start_of_a_huge_reply_is_found():
    assert (
        classify_safety("Please remove me from your list.\n\n" + "We sell boats in every harbour. " * 8_000)
        == "opt_out"
    )
