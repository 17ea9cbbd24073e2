"""What notifications do when an app below announces something. Calls leave from the outbox, so no trouble of
a provider reaches the one who announced.
"""

from integrations.contracts import ConnectionStateChanged
from notifications.services.connection_health import note_transition
from notifications.services.notices import tell_notice
from zrg.jobs.contracts import Notice


def receive_notice(notice: Notice) -> None:
    """Tell it to the people it concerns."""
    tell_notice(notice)


def receive_connection_state(event: ConnectionStateChanged) -> None:
    """Tell that a connection was lost or came back."""
    note_transition(event)
