"""Brings the database up to date, in two processes: the schema as its owner, the content as the runtime role.

Run as `python -m zrg.stack.prepare schema|content|demo`; both may be repeated at any time.
"""

import os
import sys

STEPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "schema": (("migrate", "--no-input", "--verbosity", "0"), ("createcachetable",)),
    "content": (("sync_schedules",),),
    "demo": (("sync_schedules",), ("load_demo",)),
}


def main(part: str) -> None:
    # Django is set up by this process only; the supervisor itself never loads it.
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zrg.settings")
    django.setup()
    for name, *arguments in STEPS[part]:
        call_command(name, *arguments)


if __name__ == "__main__":
    main(sys.argv[1])
