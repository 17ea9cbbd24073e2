"""`python -m tests.integrations.fuzz COUNT [SEED]` under a test server: posts, processes, prints the figures.

Exits 1 on a problem.
"""

import logging
import sys
import time

import tests.support.environment  # noqa: F401  # must precede the settings


def main(arguments: list[str]) -> int:
    import django

    django.setup()
    # Refusals are logged; here they are the expected answer.
    logging.disable(logging.CRITICAL)
    from django.db import connections

    from tests.integrations.fuzz.run import SEED, describe, fuzz, process_kept
    from tests.support import database

    database.create_database()
    started = time.monotonic()
    try:
        report = fuzz(int(arguments[0]), seed=arguments[1] if len(arguments) > 1 else SEED)
        posted = time.monotonic()
        report.problems.extend(process_kept())
    finally:
        connections.close_all()
        database.drop_database()
    sys.stdout.writelines(f"{line}\n" for line in describe(report))
    sys.stdout.write(f"{posted - started:.0f} s posting, {time.monotonic() - posted:.0f} s processing\n")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
