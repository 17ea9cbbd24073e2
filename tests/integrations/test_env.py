import pytest

from integrations import env

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", 30.0),
        ("5000", 5.0),
        (" 5000 ", 5.0),
        ("1", 1.0),
        ("-4", 1.0),
        ("999999", 120.0),
        ("1e3", 30.0),
    ],
)
def test_timeout_of_emailbison(monkeypatch: pytest.MonkeyPatch, value: str, seconds: float) -> None:
    monkeypatch.setenv("EMAILBISON_TIMEOUT_MS", value)

    assert env.emailbison_timeout_seconds() == seconds


@pytest.mark.parametrize(("value", "retries"), [("", 2), ("0", 0), ("9", 5), ("-1", 0), ("x", 2)])
def test_retries_of_emailbison(monkeypatch: pytest.MonkeyPatch, value: str, retries: int) -> None:
    monkeypatch.setenv("EMAILBISON_MAX_RETRIES", value)

    assert env.emailbison_max_retries() == retries


@pytest.mark.parametrize(
    ("value", "url"),
    [("", "https://send.meetinboxxia.com"), (" https://x.example/ \n", "https://x.example")],
)
def test_base_address(monkeypatch: pytest.MonkeyPatch, value: str, url: str) -> None:
    monkeypatch.setenv("EMAILBISON_BASE_URL", value)

    assert env.emailbison_base_url() == url


@pytest.mark.parametrize(("value", "seconds"), [("", 8.0), ("500", 1.0), ("90000", 60.0), ("x", 8.0), ("2500", 2.5)])
def test_timeout_of_slack(monkeypatch: pytest.MonkeyPatch, value: str, seconds: float) -> None:
    monkeypatch.setenv("SLACK_TIMEOUT_MS", value)

    assert env.slack_timeout_seconds() == seconds


@pytest.mark.parametrize(("value", "seconds"), [("", 10.0), ("500", 1.0), ("90000", 60.0), ("x", 10.0)])
def test_timeout_of_resend(monkeypatch: pytest.MonkeyPatch, value: str, seconds: float) -> None:
    monkeypatch.setenv("RESEND_TIMEOUT_MS", value)

    assert env.resend_timeout_seconds() == seconds


@pytest.mark.parametrize(("value", "rate"), [("", 2), ("0", 1), ("10", 10), ("x", 2)])
def test_pace_of_resend(monkeypatch: pytest.MonkeyPatch, value: str, rate: int) -> None:
    monkeypatch.setenv("RESEND_REQUESTS_PER_S", value)

    assert env.resend_requests_per_second() == rate
