"""The pages of the tab Booking that are columns of the workspace's row."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from booking.forms import LIVE_MINUTES
from booking.services.first_touch_preview import preview_first_touch
from leads.models import Lead
from zrg.workspaces.forms.columns import Column, ColumnGroup
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState
from zrg.workspaces.settings_columns import ColumnsPage, columns_section

TAB = "booking"
EDIT = "settings.edit_booking"
# Enough to say "more than a thousand" without counting a million.
MOST_COUNTED = 1_000
LATER = _("Kept now; it acts once this installation books meetings and reads free times.")


def _meeting_context(request: HttpRequest, row: WorkspaceSettings) -> Mapping[str, Any]:
    """On how many leads the switch acts, and whether the length can be booked live."""
    rows = Lead.objects.in_workspace(row.workspace_id).filter(auto_book_meetings_enabled=True)
    counted = rows.values("pk")[: MOST_COUNTED + 1].count() if not row.auto_book_meetings else 0
    return {
        "leads": counted,
        "acts_on": f"{MOST_COUNTED:,}+" if counted > MOST_COUNTED else f"{counted:,}",
        "is_off": not row.auto_book_meetings,
        "odd_length": row.meeting_duration_minutes != LIVE_MINUTES,
        "live_minutes": LIVE_MINUTES,
    }


def _first_touch_context(request: HttpRequest, row: WorkspaceSettings) -> Mapping[str, Any]:
    """How the sentence reads."""
    return {"preview": preview_first_touch(row, now=timezone.now())}


MEETING = ColumnsPage(
    tab=TAB,
    key="meeting",
    title=_("The meeting"),
    purpose=_("How long it lasts, what it is called, and whether it is booked without a person"),
    position=30,
    action=EDIT,
    effect=LATER,
    template="booking/settings/meeting.html",
    more=_meeting_context,
    groups=(
        ColumnGroup(
            title=_("What is booked"),
            side_by_side=True,
            columns=(
                Column(
                    name="meeting_duration_minutes",
                    label=_("Minutes"),
                    hint=_("Free times are read and booked for 30 minutes only; another length is kept."),
                ),
                Column(
                    name="meeting_title", label=_("Title"), hint=_("{companyName} becomes the company under General.")
                ),
            ),
        ),
        ColumnGroup(
            title=_("Without a person"),
            columns=(
                Column(
                    name="auto_book_meetings",
                    label=_("Book the time a lead has clearly agreed to"),
                    hint=_("Only an offered time, or a free one the lead names. In doubt a person is asked."),
                    confirm=_("Book for every lead whose own switch is on"),
                ),
            ),
        ),
        ColumnGroup(
            title=_("Times people see"),
            side_by_side=True,
            columns=(
                Column(name="calendar_slots_to_show", label=_("Times shown at once"), hint=_("1 to 10.")),
                Column(name="calendar_look_ahead_days", label=_("Days shown ahead"), hint=_("1 to 90.")),
            ),
        ),
    ),
)

FIRST_TOUCH = ColumnsPage(
    tab=TAB,
    key="first-touch",
    title=_("Times in first e-mails"),
    purpose=_("Two free times in the first e-mail of an EmailBison campaign, chosen shortly before it leaves"),
    position=50,
    action=EDIT,
    template="booking/settings/first_touch.html",
    more=_first_touch_context,
    effect=LATER,
    groups=(
        ColumnGroup(
            title=_("The sentence"),
            note=_("It fills the variable {availability_slot} of the campaign."),
            columns=(
                Column(
                    name="email_bison_first_touch_availability_slot_enabled",
                    label=_("Put free times into first e-mails"),
                    hint=_("Off: the variable is left as it is."),
                ),
                Column(
                    name="email_bison_availability_slot_template",
                    label=_("Sentence"),
                    hint=_("{{option1}} and {{option2}} are the times. Blank: does … or … work for you?"),
                    rows=2,
                ),
            ),
        ),
        ColumnGroup(
            title=_("Which times"),
            side_by_side=True,
            columns=(
                Column(name="email_bison_availability_slot_count", label=_("How many"), hint=_("1 or 2.")),
                Column(
                    name="email_bison_availability_slot_prefer_within_days",
                    label=_("Preferably within days"),
                    hint=_("1 to 30."),
                ),
                Column(name="email_bison_availability_slot_include_weekends", label=_("Weekends, too")),
            ),
        ),
    ),
)

QUALIFICATION = ColumnsPage(
    tab=TAB,
    key="qualification",
    title=_("Qualification after a booking"),
    purpose=_("Whether the answers a lead gave when booking fit; nothing is ever canceled by itself"),
    position=60,
    action=EDIT,
    effect=LATER,
    groups=(
        ColumnGroup(
            title=_("The check"),
            columns=(
                Column(
                    name="booking_qualification_check_enabled",
                    label=_("Read the answers after a booking"),
                    hint=_("Who does not fit becomes a task with the reasons; a person decides."),
                ),
                Column(name="booking_qualification_criteria", label=_("Who fits"), rows=5),
                Column(
                    name="booking_disqualification_message",
                    label=_("What the lead is told when a person cancels"),
                    hint=_("{reasons} and {companyName} are filled in."),
                    rows=5,
                ),
            ),
        ),
    ),
)

HEALTH = ColumnsPage(
    tab=TAB,
    key="calendar-health",
    title=_("Calendar health"),
    purpose=_("A warning on Sundays when the coming week has too few free times"),
    position=40,
    action=EDIT,
    effect=LATER,
    groups=(
        ColumnGroup(
            title=_("The weekly look"),
            side_by_side=True,
            columns=(
                Column(name="calendar_health_enabled", label=_("Look at every calendar link on Sundays")),
                Column(
                    name="calendar_health_min_slots",
                    label=_("Warn below this many free times"),
                    hint=_("In seven days, Monday to Friday, within the hours under General."),
                ),
            ),
        ),
    ),
)

PAGES = (MEETING, HEALTH, FIRST_TOUCH, QUALIFICATION)
SECTIONS = tuple(map(columns_section, PAGES))


def section_states(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """Which switches are on, for the tab's page."""
    row = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
    columns = (
        "auto_book_meetings",
        "calendar_health_enabled",
        "email_bison_first_touch_availability_slot_enabled",
        "booking_qualification_check_enabled",
        "meeting_booking_provider",
    )
    found = row.values(*columns).first()
    if found is None:
        return {}
    keys = (MEETING.key, HEALTH.key, FIRST_TOUCH.key, QUALIFICATION.key)
    states = {
        key: SectionState(text=gettext("On") if found[name] else gettext("Off"))
        for key, name in zip(keys, columns, strict=False)
    }
    by_itself = "Booked by itself" if found["auto_book_meetings"] else gettext("Booked by people")
    provider = "Calendly" if found["meeting_booking_provider"] == "CALENDLY" else "GoHighLevel"
    return {**states, MEETING.key: SectionState(text=by_itself), "targets": SectionState(text=provider)}
