"""`python -m bench [--quick] [row …]`: prints each figure with its ratio; exit status 1 on a missed budget."""

import argparse
import os
import shutil
import sys

from bench import environment


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work; figures prove nothing")
    options = parser.parse_args(arguments)
    environment.apply()
    # After the environment is set: these read it.
    import django  # noqa: PLC0415

    django.setup()
    from django.db import connections  # noqa: PLC0415

    from bench.harness import Options, all_rows, render  # noqa: PLC0415
    from tests.support import database  # noqa: PLC0415

    known = all_rows()
    unknown = set(options.rows) - set(known)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    missed = 0
    for name in options.rows or known:
        database.create_database()
        try:
            for figure in known[name](Options(quick=options.quick)):
                print(render(figure), flush=True)
                missed += not figure.is_met
        finally:
            connections.close_all()
            database.drop_database()
    shutil.rmtree(os.environ["ZRG_VAR_DIR"], ignore_errors=True)
    print(f"{missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
