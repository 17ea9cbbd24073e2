"""What a comparison with the providers found, and how it is told."""

from dataclasses import asdict, dataclass, field
from typing import Any

NOTES = {
    "no_history": "the provider offers no history to compare with",
    "unknown_there": "the provider does not know this lead",
    "unavailable": "the provider could not be asked completely",
    "cut": "only the newest messages were read",
}
CHANNEL_WORDS = {"email": "E-mail", "sms": "SMS", "linkedin": "LinkedIn"}


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
        parts.append(f"{inserted} new message{'s' * (inserted != 1)}")
    if healed:
        parts.append(f"{healed} completed")
    if ambiguous:
        parts.append(f"{ambiguous} could not be told apart and were left alone")
    head = ", ".join(parts) if parts else "Nothing new"
    notes = [f"{CHANNEL_WORDS.get(channel, channel)}: {NOTES[note]}" for channel, note in _notes(report)]
    return ". ".join([head, *notes]) + "."


def _notes(report: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((channel, note) for channel, note in (report.get("notes") or {}).items() if note in NOTES)
