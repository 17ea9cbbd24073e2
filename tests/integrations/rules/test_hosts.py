import pytest

from integrations.errors import HostRefused
from integrations.rules.hosts import host_of, normalise_host, same_origin

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("send.meetinboxxia.com", "send.meetinboxxia.com"),
        ("  Send.MeetInboxxia.COM ", "send.meetinboxxia.com"),
        ("https://send.meetinboxxia.com/dashboard?x=1", "send.meetinboxxia.com"),
        ("http://mail.granite.example", "mail.granite.example"),
        ("mail.granite.example/", "mail.granite.example"),
    ],
)
def test_host_is_what_remains_of_a_pasted_url(typed: str, host: str) -> None:
    assert normalise_host(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "app.localhost",
        "printer.local",
        "db.internal",
        "nodot",
        "a..b.example",
        "mail.example:8443",
        "https://mail.example:443/",
        "user@mail.example",
        "https://user:pass@mail.example/",
        "10.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "[::1]",
        "::1",
        "https://[fe80::1]/",
        "-mail.example",
        "mail_host.example",
        "mail.example.",
        "mäil.example",
        "x" * 250 + ".com",
        "169.254.169.254",
    ],
)
def test_refused_hosts(typed: str) -> None:
    with pytest.raises(HostRefused):
        normalise_host(typed)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Send.Example/x", "send.example"),
        ("send.example", "send.example"),
        ("https://send.example.:8443/", "send.example"),
        ("", None),
        (None, None),
        ("https://[broken", None),
    ],
)
def test_host_of_a_payload_never_raises(url: str | None, host: str | None) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://send.example/api?page=2", True),
        ("https://send.example:443/api", True),
        ("https://SEND.example/api", True),
        ("http://send.example/api", False),
        ("https://send.example:8443/api", False),
        ("https://send.example.evil.example/api", False),
        ("https://send.example@evil.example/api", False),
        ("//send.example/api", False),
        ("/api", False),
        ("https://send.example:port/", False),
    ],
)
def test_same_origin(url: str, same: bool) -> None:
    assert same_origin(url, "https://send.example") is same
