"""What notifications do when an app below announces something. Calls leave from the outbox, so no trouble of
a provider reaches the one who announced.
"""

from assignment.contracts import RotationEmpty
from inbox.contracts import (
    DraftDecided,
    PersonMentioned,
    ReviewClickAnswered,
    ReviewOutdated,
    ReviewRequested,
    SentimentChanged,
)
from integrations.contracts import ConnectionStateChanged
from notifications.services.connection_health import note_transition
from notifications.services.mentions import tell_mentioned
from notifications.services.notices import tell_notice
from notifications.services.reviews import answer_click, receive_decision, request_review
from notifications.services.rotation_alert import tell_rotation_empty
from notifications.services.sentiment import tell_sentiment
from zrg.jobs.contracts import Notice


def receive_notice(notice: Notice) -> None:
    """Tell it to the people it concerns."""
    tell_notice(notice)


def receive_connection_state(event: ConnectionStateChanged) -> None:
    """Tell that a connection was lost or came back."""
    note_transition(event)


def receive_review_request(event: ReviewRequested) -> None:
    """Ask the approvers in Slack about a draft."""
    request_review(event)


def receive_draft_change(event: DraftDecided | ReviewOutdated) -> None:
    """Show what became of a draft where people were asked about it."""
    receive_decision(event)


def receive_mention(event: PersonMentioned) -> None:
    """Tell a person that an internal note names them."""
    tell_mentioned(event)


def receive_click_answer(event: ReviewClickAnswered) -> None:
    """Tell a person what their button did, where the post does not."""
    answer_click(event)


def receive_sentiment_change(event: SentimentChanged) -> None:
    """Tell that a lead's tag became one people want to hear of."""
    tell_sentiment(event)


def receive_rotation_empty(event: RotationEmpty) -> None:
    """Tell that a lead waits because nobody of the rotation is active."""
    tell_rotation_empty(event)
