"""What a comparison with the providers found, and how it is told."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

NOTES = {
    "no_history": _("the provider offers no history to compare with"),
    "unknown_there": _("the provider does not know this lead"),
    "unavailable": _("the provider could not be asked completely"),
    "cut": _("only the newest messages were read"),
}
CHANNEL_WORDS = {"email": _("E-mail"), "sms": "SMS", "linkedin": "LinkedIn"}


@dataclass(slots=True, kw_only=True)
class SyncReport:
    """Counts over all channels, and a note for each channel that was not read completely."""

    seen: int = 0
    inserted: int = 0
    healed: int = 0
    ambiguous: int = 0
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, other: "SyncReport") -> None:
        """Count another part in."""
        self.seen += other.seen
        self.inserted += other.inserted
        self.healed += other.healed
        self.ambiguous += other.ambiguous
        self.notes |= other.notes

    @property
    def is_complete(self) -> bool:
        """Whether every provider that can be asked answered."""
        return not {"unavailable", "cut"} & set(self.notes.values())

    def as_json(self) -> dict[str, Any]:
        """For the row and the API."""
        return asdict(self)


def sentence(report: dict[str, Any]) -> str:
    """The result for people: what changed, then what could not be compared. A channel the workspace does
    not use is not worth a word.
    """
    inserted, healed, ambiguous = (int(report.get(name, 0)) for name in ("inserted", "healed", "ambiguous"))
    parts = []
    if inserted:
        parts.append(ngettext("{count} new message", "{count} new messages", inserted).format(count=inserted))
    if healed:
        parts.append(gettext("{count} completed").format(count=healed))
    if ambiguous:
        parts.append(gettext("{count} could not be told apart and were left alone").format(count=ambiguous))
    head = ", ".join(parts) if parts else gettext("Nothing new")
    notes = [
        f"{gettext(CHANNEL_WORDS.get(channel, channel))}: {gettext(NOTES[note])}" for channel, note in _notes(report)
    ]
    return ". ".join([head, *notes]) + "."


def _notes(report: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((channel, note) for channel, note in (report.get("notes") or {}).items() if note in NOTES)
