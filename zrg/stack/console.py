"""What a person reads while the stack works; a closed terminal never stops it."""

import contextlib
import sys


def say(text: str) -> None:
    """Print one line at once."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def complain(text: str) -> None:
    """Print one line for a failure."""
    with contextlib.suppress(OSError, ValueError):
        print(f"zrg: {text}", file=sys.stderr, flush=True)
