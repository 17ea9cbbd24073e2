"""Errors a caller of the inbox can act upon."""

from zrg.lib.errors import BadInput, Conflict


class SendInProgress(Conflict):
    """The order of this draft is being carried out."""

    code = "send_in_progress"


class DraftNotPending(Conflict):
    """The draft was decided; `data` says what, by whom and when."""

    code = "draft_not_pending"


class StaleDraft(Conflict):
    """Somebody changed the draft since it was read; `data` holds the current text and version."""

    code = "stale"


class InvalidRecipients(BadInput):
    """A recipient is none of the lead's addresses, or no address at all."""

    code = "invalid_recipients"
