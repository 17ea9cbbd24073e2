import pytest

from inbox.rules.autosend.figures import CANDIDATES, Judged, histogram, threshold_table

pytestmark = pytest.mark.unit


def test_confidences_fall_into_steps_of_five_hundredths():
    bars = histogram([0.0, 0.04, 0.05, 0.9, 0.949, 0.95, 1.0])

    assert len(bars) == 20
    assert {bar.start: bar.count for bar in bars if bar.count} == {0.0: 2, 0.05: 1, 0.9: 2, 0.95: 2}


def test_each_threshold_says_what_it_would_have_sent_and_how_that_ended():
    judged = [
        Judged(confidence=0.95, is_known=True),
        Judged(confidence=0.9, edited=True, is_known=True),
        Judged(confidence=0.7, rejected=True, is_known=True),
        Judged(confidence=0.6, opted_out=True),
    ]

    rows = {row.threshold: row for row in threshold_table(judged)}

    assert tuple(rows) == CANDIDATES
    assert [
        (row.would_send, row.known, row.edited, row.rejected, row.opted_out)
        for row in (rows[0.5], rows[0.9], rows[0.99])
    ] == [(4, 3, 1, 1, 1), (2, 2, 1, 0, 0), (0, 0, 0, 0, 0)]
