"""Reading a public page: what leads into our own network, is too large, too slow or elsewhere is refused."""

import gzip
import socket
import time

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from zrg.ai import fetching
from zrg.ai.fetching import MAX_BYTES, FetchFailed, fetch_page

pytestmark = pytest.mark.integration


def refused(url: str) -> str:
    with pytest.raises(FetchFailed) as failure:
        fetch_page(url)
    return failure.value.code


@pytest.fixture
def resolved(monkeypatch):
    """Names that resolve to these addresses, one after another; and whether a socket was opened."""
    answers: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host, port, *args, **options):
        if host not in answers:
            return real(host, port, *args, **options)
        return [entry for address in answers[host] for entry in real(address, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


def test_a_page_is_read(httpserver: HTTPServer):
    httpserver.expect_request("/about", query_string="a=1").respond_with_data("Prices", content_type="text/plain")

    page = fetch_page(httpserver.url_for("/about?a=1"))

    assert (page.body, page.content_type.split(";")[0], page.url) == (
        b"Prices",
        "text/plain",
        httpserver.url_for("/about?a=1"),
    )
    sent = httpserver.log[0][0].headers
    assert ("Cookie" in sent, "Authorization" in sent) == (False, False)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://acme.example/x", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("javascript:alert(1)", "bad_url"),
        ("https://", "bad_url"),
        ("http://[bad", "bad_url"),
        ("http://acme.example/a b", "bad_url"),
        ("http://acme.example/\r\nHost: x", "bad_url"),
        ("https://acme.example/" + "x" * 2_000, "bad_url"),
        ("https://user:word@acme.example/", "credentials"),
        ("https://@acme.example/", "credentials"),
        ("http://acme.example:22/", "bad_port"),
        ("http://acme.example:6379/", "bad_port"),
    ],
)
def test_hard_05_knowledge_url_guard_form(url, code):
    assert refused(url) == code


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.5",
        "192.168.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
    ],
)
def test_hard_05_knowledge_url_guard_own_network(host, settings, httpserver: HTTPServer):
    settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False

    assert refused(f"http://{host}/") in ("private_address", "unknown_host")
    assert httpserver.log == []


def test_hard_05_knowledge_url_guard_the_address_connected_to_is_the_one_checked(
    resolved, settings, httpserver: HTTPServer, monkeypatch
):
    settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False
    monkeypatch.setattr(fetching, "PORTS", frozenset({httpserver.port}))
    resolved["rebind.example"] = ["127.0.0.1"]
    resolved["both.example"] = ["93.184.215.14", "10.0.0.1"]

    assert refused(f"http://rebind.example:{httpserver.port}/") == "private_address"
    assert refused(f"http://both.example:{httpserver.port}/") == "private_address"
    assert httpserver.log == []


def test_hard_05_knowledge_url_guard_each_redirect_is_checked(httpserver: HTTPServer):
    for path, target in (("/a", "http://169.254.169.254/latest"), ("/b", "file:///etc/passwd")):
        httpserver.expect_request(path).respond_with_data("", status=302, headers={"Location": target})
    httpserver.expect_request("/c").respond_with_data("", status=307, headers={"Location": "https://a:b@acme.example/"})

    assert [refused(httpserver.url_for(path)) for path in ("/a", "/b", "/c")] == [
        "private_address",
        "bad_url",
        "credentials",
    ]


def test_three_redirects_are_followed_and_no_more(httpserver: HTTPServer):
    for number in range(1, 5):
        httpserver.expect_request(f"/{number}").respond_with_data(
            "", status=301, headers={"Location": f"/{number - 1}"}
        )
    httpserver.expect_request("/0").respond_with_data("here")

    assert fetch_page(httpserver.url_for("/3")).body == b"here"
    assert refused(httpserver.url_for("/4")) == "too_many_redirects"


@pytest.mark.parametrize("compressed", [False, True])
def test_hard_05_knowledge_url_guard_size(httpserver: HTTPServer, compressed):
    body = b"x" * (MAX_BYTES + 1)
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    httpserver.expect_request("/large").respond_with_data(gzip.compress(body) if compressed else body, headers=headers)
    httpserver.expect_request("/fits").respond_with_data(b"x" * MAX_BYTES)

    assert refused(httpserver.url_for("/large")) == "too_large"
    assert len(fetch_page(httpserver.url_for("/fits")).body) == MAX_BYTES


def test_hard_05_knowledge_url_guard_time(httpserver: HTTPServer, monkeypatch):
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.5)

    def drip(_request):
        def pieces():
            for _ in range(100):
                time.sleep(0.1)
                yield b"x"

        return Response(pieces())

    httpserver.expect_request("/slow").respond_with_handler(drip)

    with pytest.raises(FetchFailed) as failure:
        fetch_page(httpserver.url_for("/slow"))
    assert (failure.value.code, failure.value.again) == ("timeout", True)


@pytest.mark.parametrize(("status", "again"), [(404, False), (403, False), (429, True), (503, True), (204, False)])
def test_other_answers_are_no_pages(httpserver: HTTPServer, status, again):
    httpserver.expect_request("/").respond_with_data("", status=status)

    with pytest.raises(FetchFailed) as failure:
        fetch_page(httpserver.url_for("/"))
    assert (failure.value.code, failure.value.again) == ("status", again)


def test_unknown_hosts_and_closed_ports_say_so(monkeypatch):
    def unknown(*args, **options):
        raise socket.gaierror(-2, "unknown")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/") == "network"
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refused("https://nowhere.example/") == "unknown_host"
