"""Where a workspace's notifications go in Slack, and who approves in messages."""

from collections.abc import Sequence
from typing import Any

from django import forms

from integrations.slack.types import Channel, Member
from zrg.workspaces.models import WorkspaceSettings

MAX_CHANNELS = 20
MAX_APPROVERS = 50


class SlackChoicesForm(forms.Form):
    """Channels and approvers of a workspace. What is stored and no longer listed stays selectable."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    channels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    approvers = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        data: Any = None,
        *,
        row: WorkspaceSettings,
        channels: Sequence[Channel],
        members: Sequence[Member],
        read_only: bool = False,
    ) -> None:
        self._members = {member.id: _recipient(member) for member in members}
        stored = row.slack_auto_send_approval_recipients or []
        self._members = {one["id"]: one for one in stored} | self._members
        initial = {
            "version": row.version,
            "channels": row.notification_slack_channel_ids,
            "approvers": [one["id"] for one in stored],
        }
        super().__init__(data, initial=initial)
        named = {channel.id: _channel_label(channel) for channel in channels}
        kept = {channel_id: channel_id for channel_id in row.notification_slack_channel_ids}
        self._choices("channels", kept | named)
        self._choices("approvers", {member_id: _member_label(one) for member_id, one in self._members.items()})
        for field in self.fields.values():
            field.disabled = read_only

    def clean_channels(self) -> list[str]:
        """At most twenty."""
        return self._at_most(self.cleaned_data["channels"], MAX_CHANNELS, "channels")

    def clean_approvers(self) -> list[str]:
        """At most fifty."""
        return self._at_most(self.cleaned_data["approvers"], MAX_APPROVERS, "people")

    def changes(self) -> dict[str, Any]:
        """The columns of the settings."""
        chosen = [self._members[member_id] for member_id in self.cleaned_data["approvers"]]
        return {
            "notification_slack_channel_ids": self.cleaned_data["channels"],
            "slack_auto_send_approval_recipients": chosen or None,
        }

    def _choices(self, name: str, labels: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        # Those chosen first: in a long list they are what people look for.
        chosen = set(self.initial[name])
        field.choices = [
            (value, labels[value]) for value in sorted(labels, key=lambda one: (one not in chosen, labels[one].lower()))
        ]

    @staticmethod
    def _at_most(values: list[str], limit: int, what: str) -> list[str]:
        if len(values) > limit:
            raise forms.ValidationError(f"At most {limit} {what}; {len(values)} are chosen.")
        return values


def _recipient(member: Member) -> dict[str, str]:
    known = {"id": member.id, "displayName": member.name, "email": member.email, "avatarUrl": member.avatar_url}
    return {name: value for name, value in known.items() if value}


def _channel_label(channel: Channel) -> str:
    notes = [note for note, holds in (("private", channel.is_private), ("not joined", not channel.is_member)) if holds]
    return f"#{channel.name}" + (f" ({', '.join(notes)})" if notes else "")


def _member_label(recipient: dict[str, str]) -> str:
    name, email = recipient.get("displayName") or recipient["id"], recipient.get("email")
    return f"{name} · {email}" if email else name
