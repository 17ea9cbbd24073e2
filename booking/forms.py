"""What people type about a workspace's calendar."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from booking.models import CalendarLink
from booking.rules.links import MAX_URL
from booking.services.calendar_links import FIELDS, MAX_NAME
from booking.services.targets import Target, Targets
from zrg.workspaces.enums import BookingProvider
from zrg.workspaces.forms.rows import version_of
from zrg.workspaces.models import WorkspaceSettings

LIVE_MINUTES = 30
NOTHING = gettext_noop("None chosen")


class CalendarLinkForm(forms.Form):
    """One scheduling page."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(max_length=MAX_NAME, label=_("Name"), help_text=_("What your team calls it."))
    url = forms.CharField(
        max_length=MAX_URL,
        label=_("Address of the page"),
        help_text=_("From Calendly, GoHighLevel or HubSpot. Whose page it is, is told from the address."),
    )
    public_url = forms.CharField(
        max_length=MAX_URL,
        required=False,
        label=_("Address leads get instead"),
        help_text=_("Blank: the address above. A short or branded address that leads to the same page."),
    )

    def __init__(self, data: Any = None, *, link: CalendarLink, read_only: bool = False) -> None:
        stored = {name: getattr(link, name) or "" for name in FIELDS}
        super().__init__(data, initial={**stored, "version": version_of(link, FIELDS)})
        for made in self.fields.values():
            made.disabled = read_only


class TargetsForm(forms.Form):
    """Where meetings are booked. What is stored and no longer listed stays selectable."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    meeting_booking_provider = forms.ChoiceField(
        choices=BookingProvider.choices,
        label=_("Meetings are booked in"),
        help_text=_("The other one's choices are kept."),
    )
    ghl_default_calendar_id = forms.ChoiceField(
        required=False, label=_("Calendar with questions"), help_text=_("Where leads choose a time by themselves.")
    )
    ghl_direct_book_calendar_id = forms.ChoiceField(
        required=False,
        label=_("Calendar for direct booking"),
        help_text=_("Where a time agreed in a message is booked."),
    )
    ghl_assigned_user_id = forms.ChoiceField(
        required=False, label=_("Host"), help_text=_("Whose calendar it is; one host per calendar.")
    )
    calendly_event_type_uri = forms.ChoiceField(
        required=False,
        label=_("Event type with questions"),
        help_text=_("Its page is what leads get when no link says otherwise."),
    )
    calendly_direct_book_event_type_uri = forms.ChoiceField(
        required=False, label=_("Event type for direct booking"), help_text=_("Best one without required questions.")
    )

    GHL = ("ghl_default_calendar_id", "ghl_direct_book_calendar_id", "ghl_assigned_user_id")
    CALENDLY = ("calendly_event_type_uri", "calendly_direct_book_event_type_uri")
    # The page of a chosen event type is kept beside it.
    LINKS = {
        "calendly_event_type_uri": "calendly_event_type_link",
        "calendly_direct_book_event_type_uri": "calendly_direct_book_event_type_link",
    }

    def __init__(self, data: Any = None, *, row: WorkspaceSettings, targets: Targets, read_only: bool = False) -> None:
        names = ("meeting_booking_provider", *self.GHL, *self.CALENDLY)
        super().__init__(data, initial={"version": row.version, **{name: getattr(row, name) or "" for name in names}})
        self._row = row
        self._event_types = {one.id: one for one in targets.event_types}
        lists = (targets.calendars, targets.calendars, targets.people, targets.event_types, targets.event_types)
        for name, listed in zip((*self.GHL, *self.CALENDLY), lists, strict=True):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = _choices(listed, getattr(row, name))
        for made in self.fields.values():
            made.disabled = read_only

    def changes(self) -> dict[str, Any]:
        """The columns of the settings."""
        typed = {name: self.cleaned_data[name] or None for name in (*self.GHL, *self.CALENDLY)}
        links = {link: self._page(uri, link) for uri, link in self.LINKS.items()}
        return {"meeting_booking_provider": self.cleaned_data["meeting_booking_provider"], **typed, **links}

    def odd_lengths(self) -> list[str]:
        """Chosen event types that do not last half an hour: free times are read for those only."""
        chosen = [self._event_types.get(self[name].value() or "") for name in self.CALENDLY]
        return [one.name for one in chosen if one is not None and one.minutes not in (None, LIVE_MINUTES)]

    def _page(self, uri_column: str, link_column: str) -> str | None:
        uri = self.cleaned_data[uri_column]
        listed = self._event_types.get(uri)
        if listed is not None:
            return listed.link or None
        return getattr(self._row, link_column) if uri and uri == getattr(self._row, uri_column) else None


def _choices(listed: Sequence[Target], stored: str | None) -> list[tuple[str, str]]:
    found = [(one.id, f"{one.name} ({one.minutes} min)" if one.minutes else one.name) for one in listed]
    known = {value for value, _label in found}
    kept = [(stored, f"{stored} (stored, not listed now)")] if stored and stored not in known else []
    return [("", gettext(NOTHING)), *kept, *found]
