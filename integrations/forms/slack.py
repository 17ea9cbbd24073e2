"""Where a workspace's notifications go in Slack, and who approves in messages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext

from integrations.rules.approvers import Approver, read_approvers
from integrations.slack.types import Channel, Member
from zrg.workspaces.models import WorkspaceSettings

MAX_CHANNELS = 20
MAX_APPROVERS = 50


class SlackChoicesForm(forms.Form):
    """Channels and approvers of a workspace. What is stored and no longer listed stays selectable; stored entries
    that cannot be used are named in `bad_entries` and go with the next save.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    channels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    approvers = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    review_channels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        data: Any = None,
        *,
        row: WorkspaceSettings,
        channels: Sequence[Channel],
        members: Sequence[Member],
        read_only: bool = False,
    ) -> None:
        stored = read_approvers(row.slack_auto_send_approval_recipients)
        self.bad_entries = stored.bad
        listed = {entry.target: entry for entry in stored.entries}
        self._people = {key: one for key, one in listed.items() if not one.is_channel} | {
            member.id: _person(member) for member in members
        }
        self._rooms = {key: one for key, one in listed.items() if one.is_channel} | {
            channel.id: Approver(id=channel.id, name=f"#{channel.name}") for channel in channels
        }
        initial = {
            "version": row.version,
            "channels": row.notification_slack_channel_ids,
            "approvers": [key for key, one in listed.items() if not one.is_channel],
            "review_channels": [key for key, one in listed.items() if one.is_channel],
        }
        super().__init__(data, initial=initial)
        named = {channel.id: _channel_label(channel) for channel in channels}
        kept = {channel_id: channel_id for channel_id in row.notification_slack_channel_ids}
        self._choices("channels", kept | named)
        self._choices("approvers", {key: _person_label(one) for key, one in self._people.items()})
        self._choices("review_channels", {key: named.get(key, one.name) for key, one in self._rooms.items()})
        for field in self.fields.values():
            field.disabled = read_only

    def clean_channels(self) -> list[str]:
        """At most twenty."""
        return _at_most(self.cleaned_data["channels"], MAX_CHANNELS, "channels")

    def clean_approvers(self) -> list[str]:
        """At most fifty."""
        return _at_most(self.cleaned_data["approvers"], MAX_APPROVERS, "people")

    def clean_review_channels(self) -> list[str]:
        """People and channels share one list of fifty; nobody can decide in a channel without being on it."""
        rooms: list[str] = self.cleaned_data["review_channels"]
        people: list[str] = self.cleaned_data.get("approvers", [])
        if rooms and not people and "approvers" not in self.errors:
            raise forms.ValidationError(gettext("Choose who approves, too: a channel shows answers, people decide."))
        _at_most([*people, *rooms], MAX_APPROVERS, "people and channels")
        return rooms

    def changes(self) -> dict[str, Any]:
        """The columns of the settings."""
        people = [self._people[key] for key in self.cleaned_data["approvers"]]
        rooms = [self._rooms[key] for key in self.cleaned_data["review_channels"]]
        return {
            "notification_slack_channel_ids": self.cleaned_data["channels"],
            "slack_auto_send_approval_recipients": [one.stored() for one in [*people, *rooms]] or None,
        }

    def _choices(self, name: str, labels: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        # Those chosen first: in a long list they are what people look for.
        chosen = set(self.initial[name])
        field.choices = [
            (value, labels[value]) for value in sorted(labels, key=lambda one: (one not in chosen, labels[one].lower()))
        ]


def _at_most(values: list[str], limit: int, what: str) -> list[str]:
    if len(values) > limit:
        raise forms.ValidationError(
            gettext("At most {limit} {what}; {n} are chosen.").format(limit=limit, what=what, n=len(values))
        )
    return values


def _person(member: Member) -> Approver:
    return Approver(id=member.id, name=member.name, email=member.email, avatar_url=member.avatar_url)


def _channel_label(channel: Channel) -> str:
    notes = [note for note, holds in (("private", channel.is_private), ("not joined", not channel.is_member)) if holds]
    return f"#{channel.name}" + (f" ({', '.join(notes)})" if notes else "")


def _person_label(person: Approver) -> str:
    return f"{person.name} · {person.email}" if person.email and person.email != person.name else person.name
