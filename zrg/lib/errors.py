"""The one base of errors a caller can act upon.

Raised anywhere, turned into an answer only at the edges: middleware, DRF handler, job runner.
"""


class ZrgError(Exception):
    """An error with a stable code for programs and an HTTP status for the edge.

    `data` holds short values for the answer's body (never secrets, never message text).
    """

    code = "error"
    http_status = 400

    def __init__(self, message: str = "", *, code: str | None = None, http_status: int | None = None, **data: object):
        super().__init__(message or code or self.code)
        self.code = code or self.code
        self.http_status = http_status or self.http_status
        self.data = data


class NotVisible(ZrgError):
    """The object lies outside what the person may see; answered like a missing id."""

    code = "not_found"
    http_status = 404


class Forbidden(ZrgError):
    """The object may be seen but not changed; `action` names the missing permission."""

    code = "forbidden"
    http_status = 403


class WorkspaceSuspended(ZrgError):
    """Writes in a suspended workspace."""

    code = "workspace_suspended"
    http_status = 423


class BadInput(ZrgError):
    """The request's content is refused; `field` names what to correct."""

    code = "bad_input"
    http_status = 422


class Conflict(ZrgError):
    """The state changed since the caller looked."""

    code = "conflict"
    http_status = 409
