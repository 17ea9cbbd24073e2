"""How the sentence of first e-mails reads with the settings as they are stored."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from booking.rules.slot_labels import first_touch_sentence, format_long_label
from zrg.workspaces.hours import local_date, resolve_zone, wall_instant
from zrg.workspaces.models import WorkspaceSettings

SAMPLE_TIMES = (time(15), time(10, 30))
WEEKEND = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTouchPreview:
    """`sentence` None: the stored words need more times than are chosen."""

    sentence: str | None
    slots: tuple[datetime, ...]
    labels: tuple[str, ...]
    zone: str


def preview_first_touch(row: WorkspaceSettings, *, now: datetime) -> FirstTouchPreview:
    """The sentence with sample times of the coming working days, in the workspace's zone."""
    zone = resolve_zone(row.timezone)
    day, slots = local_date(now, zone), []
    for at in SAMPLE_TIMES[: row.email_bison_availability_slot_count]:
        day += timedelta(days=1)
        while day.weekday() >= WEEKEND:
            day += timedelta(days=1)
        slots.append(wall_instant(day, at, zone))
    labels = tuple(format_long_label(one, zone) for one in slots)
    return FirstTouchPreview(
        sentence=first_touch_sentence(labels, row.email_bison_availability_slot_template),
        slots=tuple(slots),
        labels=labels,
        zone=zone.key.replace("_", " "),
    )
