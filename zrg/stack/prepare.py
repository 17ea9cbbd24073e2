"""Brings the database up to date, in two processes: the schema as its owner, the content as the runtime role.

Run as `python -m zrg.stack.prepare schema|content|demo`; both may be repeated at any time.
"""

import gc
import os
import sys

# Objects made until garbage is looked for. Migrations make thousands of model classes and drop them again; looking for
# them every few hundred objects takes a tenth of the time, and this way the process holds 100 MB more.
GARBAGE_THRESHOLDS = (100_000, 10, 10)

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
    gc.disable()
    django.setup()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()
    for name, *arguments in STEPS[part]:
        call_command(name, *arguments)


if __name__ == "__main__":
    main(sys.argv[1])
