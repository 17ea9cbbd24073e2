"""`python -m tests.vectors DIR [name …]`: runs the example cases of the rules.

Prints per file `name: N passed, M failed`, then each failing id with expected and actual, files
without an adapter as skipped, and the totals last. Exit status 1 when anything failed.
"""

import logging
import sys
from pathlib import Path

import tests.support.environment  # noqa: F401  # must precede the settings


def main(arguments: list[str]) -> int:
    import django

    django.setup()
    # The output is read by programs; many cases provoke refusals, which are logged.
    logging.disable(logging.CRITICAL)
    from tests.vectors.runner import run_directory

    folder = Path(arguments[0]) if arguments else Path(__file__).parent / "cases"
    return run_directory(folder, only=set(arguments[1:]), out=sys.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
