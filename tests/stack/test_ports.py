import socket

import pytest

from zrg.stack.errors import StackError
from zrg.stack.ports import read_port, require_free_port

pytestmark = pytest.mark.unit


def test_read_port_defaults(monkeypatch):
    monkeypatch.delenv("ZRG_PORT", raising=False)
    monkeypatch.setenv("ZRG_SIMULATOR_PORT", " ")

    assert (read_port("ZRG_PORT"), read_port("ZRG_SIMULATOR_PORT")) == (8000, 8400)


def test_read_port_takes_the_variable(monkeypatch):
    monkeypatch.setenv("ZRG_PORT", "18123")

    assert read_port("ZRG_PORT") == 18123


@pytest.mark.parametrize("raw", ["0", "65536", "http", "-1", "80.5"])
def test_read_port_names_the_malformed_variable(monkeypatch, raw):
    monkeypatch.setenv("ZRG_PORT", raw)

    with pytest.raises(StackError, match=r"^ZRG_PORT must be a port between 1 and 65535, not "):
        read_port("ZRG_PORT")


def test_busy_port_is_named_in_one_line():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(StackError) as caught:
            require_free_port("ZRG_PORT", port)

    assert str(caught.value) == (
        f"Port {port} (ZRG_PORT) is taken by another program; free it or choose another one: make up ZRG_PORT=<port>"
    )
    require_free_port("ZRG_PORT", port)
