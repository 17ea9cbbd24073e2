"""Calls as a Clay table posts them."""

import hashlib
import hmac
from typing import Any

from tests.support.simulator import CLAY_SECRET

URL = "/api/webhooks/clay"
LEAD_ID = "4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60"
PHONE = {"leadId": LEAD_ID, "enrichmentType": "phone", "status": "success", "phone": "+1 (415) 555-2671"}
LINKEDIN = {
    "lead_id": LEAD_ID,
    "type": "linkedin",
    "success": True,
    "profile_url": "https://www.linkedin.com/in/dana-reyes/",
}


def hmac_of(body: str, secret: str = CLAY_SECRET) -> str:
    """The signature of a table that signs."""
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


def post(client: Any, payload: Any, **headers: str) -> Any:
    """Post to the door; signed with the plain secret unless headers are given."""
    sent = headers or {"x-clay-signature": CLAY_SECRET}
    return client.post(URL, payload, content_type="application/json", headers=sent)
