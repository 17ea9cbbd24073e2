"""What left this machine and what did not: over real sockets."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from integrations.wire import MAX_RESPONSE_BYTES, Call, Exchange, exchange

pytestmark = pytest.mark.unit

POST = Call(method="POST", path="/api/replies/1/reply", template="/api/replies/{id}/reply", json={"message": "x"})


def send(url: str, *, call: Call = POST, timeout: float = 2.0) -> Exchange:
    return exchange(call, base_url=url, timeout=timeout)


@contextmanager
def raw_server(answer: bytes | None, *, read: bool = True, hold: bool = False) -> Iterator[str]:
    """Accepts one connection, reads the request, writes `answer`, and closes (or holds) the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            if read:
                connection.recv(65_536)
            if answer:
                connection.sendall(answer)
            if hold:
                done.wait(10)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        listener.close()
        thread.join(timeout=5)


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def test_refused_connection_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    result = send(f"http://127.0.0.1:{port}")

    assert (result.written, result.status, result.failure) == (False, None, "network")


def test_unknown_name_was_not_sent() -> None:
    result = send("http://nobody.invalid")

    assert (result.written, result.status, result.failure) == (False, None, "network")


def test_broken_tls_handshake_was_not_sent() -> None:
    with raw_server(b"this is no TLS") as url:
        result = send(url.replace("http://", "https://"))

    assert (result.written, result.status, result.failure) == (False, None, "network")


def test_untrusted_certificate_was_not_sent(tmp_path: Any) -> None:
    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        try:
            context.wrap_socket(connection, server_side=True).close()
        except (ssl.SSLError, OSError):
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    result = send(f"https://127.0.0.1:{listener.getsockname()[1]}")
    listener.close()
    thread.join(timeout=5)

    assert (result.written, result.status, result.failure) == (False, None, "network")


def test_reset_after_the_request_may_have_arrived() -> None:
    with raw_server(None) as url:
        result = send(url)

    assert (result.written, result.status, result.failure) == (True, None, "network")


def test_silence_after_the_request_may_have_arrived() -> None:
    with raw_server(None, hold=True) as url:
        result = send(url, timeout=0.3)

    assert (result.written, result.status, result.failure) == (True, None, "timeout")


def test_answer_cut_in_the_middle_keeps_its_status() -> None:
    with raw_server(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":') as url:
        result = send(url)

    assert (result.written, result.status, result.is_json) == (True, 200, False)
    assert result.detail


def test_answer_longer_than_five_mebibytes_is_not_read() -> None:
    with raw_server(http(b" " * (MAX_RESPONSE_BYTES + 10)), hold=True) as url:
        result = send(url, timeout=10)

    assert (result.status, result.detail, result.body) == (200, "answer too long", None)


def test_redirects_are_not_followed() -> None:
    with raw_server(http(b"", status="302 Found", headers="Location: http://127.0.0.1:9/\r\n")) as url:
        result = send(url)

    assert result.status == 302


def test_own_password_file_is_not_used(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    password_file = tmp_path / "netrc"
    password_file.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(password_file))
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            seen.append(connection.recv(65_536))
            connection.sendall(http(b"{}"))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    exchange(
        replace(POST, headers={"Authorization": "Bearer ours"}),
        base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
        timeout=2,
    )
    thread.join(timeout=5)
    listener.close()

    assert b"Authorization: Bearer ours" in seen[0]
    assert b"User-Agent: ZRG/" in seen[0]


def _self_signed(folder: Any) -> tuple[str, str]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(certificate_file), str(key_file)
