"""Which addresses belong to the public internet."""

import pytest

from zrg.lib.public_addresses import is_loopback, is_public

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "2002:0a00:0001::1",
        "64:ff9b::a9fe:a9fe",
        "acme.example",
        "",
    ],
)
def test_not_public(address):
    assert not is_public(address)


def test_loopback():
    assert [is_loopback(one) for one in ("127.0.0.9", "::1", "10.0.0.1", "localhost")] == [True, True, False, False]
