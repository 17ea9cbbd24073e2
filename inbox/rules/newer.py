"""The send guard: did anything arrive that the writer of this text has not seen?"""

from datetime import datetime


def is_newer(stored_at: datetime, seen_stored_at: datetime | None) -> bool:
    """A message counts as unseen when it was stored after the newest one the person had on screen.

    Arrival decides, not the provider's clock: a reply that arrives late with an old date was not
    on the screen either. Nothing seen means everything is new.
    """
    return seen_stored_at is None or stored_at > seen_stored_at
