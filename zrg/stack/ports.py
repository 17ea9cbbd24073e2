"""The two ports of an installation, checked before anything is started."""

import errno
import os
import socket

from zrg.stack.errors import StackError

HOST = "127.0.0.1"
DEFAULT_PORTS = {"ZRG_PORT": 8000, "ZRG_SIMULATOR_PORT": 8400}


def read_port(name: str) -> int:
    """Return the port a variable names, or its default; raise StackError when it is none."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return DEFAULT_PORTS[name]
    if not raw.isdigit() or not 0 < int(raw) < 65536:
        raise StackError(f"{name} must be a port between 1 and 65535, not {raw!r}.")
    return int(raw)


def require_free_port(name: str, port: int) -> None:
    """Raise StackError when something already listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
            advice = f"free it or choose another one: make up {name}=<port>"
            raise StackError(f"Port {port} ({name}) {reason}; {advice}") from error
