"""EmailGuard on this machine: mailboxes are valid unless their name begins with `invalid`."""

import threading

from integrations.simulator.core import SimRequest, SimResponse

DEMO_API_KEY = "simulator-emailguard-key"
PATH = "/api/v1/email-host-lookup"
INVALID_PREFIX = "invalid"

_UNAUTHENTICATED = SimResponse(status=401, body={"message": "Unauthenticated."})


class EmailGuardSimulator:
    """`POST /api/v1/email-host-lookup`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """One key, and nobody invalid but by name."""
        with self._lock:
            self.keys = {DEMO_API_KEY}
            self.invalid: set[str] = set()

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer one look-up."""
        with self._lock:
            if request.bearer not in self.keys:
                return _UNAUTHENTICATED
            if (request.method, request.path) != ("POST", PATH):
                return SimResponse(status=404, body={"message": "Not Found"})
            email = str((request.json or {}).get("email") or "").lower()
            if "@" not in email:
                errors = {"email": ["The email field must be a valid email address."]}
                return SimResponse(status=422, body={"message": errors["email"][0], "errors": errors})
            invalid = email in self.invalid or email.startswith(INVALID_PREFIX)
            return SimResponse(body={"data": {"email": email, "status": "invalid" if invalid else "valid"}})
