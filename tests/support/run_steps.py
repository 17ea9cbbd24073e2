"""Steps about schedules, their runs and their HTTP triggers."""

import re
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import time_machine
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from tests.support.client import ZrgClient
from tests.support.job_world import DAY, JOBS, World, behaviour, run_waiting
from tests.zrg.jobs.support import schedule_registered
from zrg.jobs import registry
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.models import ScheduledJob, TaskRun

# --- schedules -----------------------------------------------------------------------------------------


def schedule(world: World, name: str) -> None:
    if registry._schedules.get(name) in MADE.values():
        return
    spec = ScheduleSpec(
        name=name,
        cadence=timedelta(minutes=1),
        budget_seconds=60,
        stale_alert_seconds=600,
        handler=lambda ctx: world.handler(ctx),
    )
    MADE[name] = world.stack.enter_context(schedule_registered(spec))
    world.stack.callback(MADE.pop, name, None)


MADE: dict[str, ScheduleSpec] = {}


def do_http(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"].split("?")[0]
    if name in JOBS:
        schedule(world, name)
    headers = _headers(step)
    with ExitStack() as stack:
        if re.search(
            r"(secret )?(is )?(unset|not set|not configured|missing in)|without CRON_SECRET", step, re.IGNORECASE
        ):
            stack.enter_context(override_settings(CRON_SECRET=""))
        world.responses.append(_call(found["method"].lower(), f"/api/cron/{found['job']}", headers))


def do_no_secret(world: World, step: str, found: re.Match[str]) -> None:
    world.stack.enter_context(override_settings(CRON_SECRET=""))


def _headers(step: str) -> dict[str, str]:
    in_url = "secret=" in step and not re.search(r"bearer|x-cron-secret[: ]", step, re.IGNORECASE)
    if in_url or re.search(
        r"without (a |any )?(secret|credential|auth)|no (secret|credential|auth)", step, re.IGNORECASE
    ):
        return {}
    wrong = re.search(r"wrong|bad|empty", step, re.IGNORECASE)
    secret = ("" if "empty" in step.lower() else "wrong") if wrong else settings.CRON_SECRET
    if re.search(r"x-cron-secret", step, re.IGNORECASE):
        return {"x-cron-secret": secret}
    return {"Authorization": f"Bearer {secret}"}


def _call(method: str, path: str, headers: dict[str, str]) -> Any:
    return getattr(ZrgClient(), method)(path, headers=headers)


def do_dispatch(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"] or (TaskRun.objects.values_list("job", flat=True).first() or "followups")
    schedule(world, name)
    clock = match[1] if (match := re.search(r"at (\d\d:\d\d(?::\d\d)?)", step)) else None
    headers = {"Authorization": f"Bearer {settings.CRON_SECRET}"}
    query = f"?{match[0]}" if (match := re.search(r"\b\w+=[^\s,]+(&\w+=[^\s,]+)*", step)) else ""
    with ExitStack() as stack:
        if clock:
            stack.enter_context(time_machine.travel(f"{DAY}T{clock}Z", tick=False))
        if re.search(r"broker (is )?down|redis (is )?down", step, re.IGNORECASE):
            world.broker_down = True
        if re.search(r"inline", step, re.IGNORECASE):
            ScheduledJob.objects.update_or_create(
                name=name, defaults={"cadence": "", "budget_seconds": 60, "inline": True}
            )
        world.responses.append(_call("post", f"/api/cron/{name}{query}", headers))


def do_running(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"]
    schedule(world, name)
    minutes = int(match[1]) if (match := re.search(r"(\d+) ?min", step)) else 1
    status = found["status"].upper()
    moment = timezone.now() - timedelta(minutes=minutes)
    world.old_run = TaskRun.objects.create(
        job=name,
        dispatch_key=f"cron:{name}:before",
        correlation_id=uuid4(),
        source="beat",
        status=status,
        window_start=moment,
        window_seconds=60,
        created_at=moment,
        enqueued_at=moment,
        heartbeat_at=moment if status == "RUNNING" else None,
    )


def do_switch(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"]
    schedule(world, name)
    values = {"enabled": False} if found["switch"].lower() in ("disabled", "enabled=false", "off") else {"inline": True}
    ScheduledJob.objects.update_or_create(name=name, defaults={"cadence": "", "budget_seconds": 60, **values})


def do_inline_by_variable(world: World, step: str, found: re.Match[str]) -> None:
    names = settings.CRON_INLINE_JOBS | {found["name"].upper()}
    world.stack.enter_context(override_settings(CRON_INLINE_JOBS=names))


def do_broker_down(world: World, step: str, found: re.Match[str]) -> None:
    world.broker_down = True


def do_broker_up(world: World, step: str, found: re.Match[str]) -> None:
    world.broker_down = False


def do_run_finished(world: World, step: str, found: re.Match[str]) -> None:
    world.handler = behaviour(step)
    run_waiting()
