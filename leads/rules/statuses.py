"""Words for a status, and which stop outranks which."""

from leads.enums import ALL_CHANNEL_REASONS, Channel, LeadStatus


def read_status(value: object) -> LeadStatus | None:
    """The status a value names; hyphens, spaces and case of old links and providers are accepted."""
    if not isinstance(value, str):
        return None
    word = "_".join(value.strip().lower().replace("-", " ").replace("_", " ").split())
    return LeadStatus(word) if word in LeadStatus.values else None


def blocks_every_channel(reason: str | None) -> bool:
    """Whether only a person may lift a blacklist of this reason; the others block e-mail alone."""
    return reason in ALL_CHANNEL_REASONS


def blocks_channel(status: str, reason: str | None, channel: str) -> bool:
    """Whether a lead of this status gets nothing on the channel (03.channel-scope-of-stops)."""
    return status == LeadStatus.BLACKLISTED and (channel == Channel.EMAIL or blocks_every_channel(reason))


def outranks(new: str, current: str | None) -> bool:
    """Whether a stop replaces the reason in force: none yet, or e-mail only against every channel."""
    return current is None or (blocks_every_channel(new) and not blocks_every_channel(current))
