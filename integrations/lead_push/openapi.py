"""The entry of pushed leads in the API's description: the door is no view of the framework that writes it."""

from typing import Any

from integrations.lead_push.payload import SOURCES

PATH = "/api/webhooks/lead-push/{source}"
_TEXT = {"type": "string"}
_KEPT = {
    "type": "object",
    "properties": {
        "success": {"type": "boolean"},
        "queued": {"type": "boolean"},
        "deduped": {"type": "boolean"},
        "event_id": {"type": "string", "format": "uuid"},
        "event_type": _TEXT,
    },
}
_REFUSALS = {
    "400": "Missing clientId, Invalid JSON payload, Missing lead fields",
    "401": "Unauthorized",
    "404": "Unknown source, Client not found",
    "413": "The call is too large; nothing is stored",
    "503": "Try again after `Retry-After`",
}
_OPERATION: dict[str, Any] = {
    "operationId": "lead_push",
    "description": "Hand over one lead. The same push again is answered with the event of the first.",
    "tags": ["webhooks"],
    "security": [{"leadPushSecret": []}, {"leadPushHeader": []}],
    "parameters": [
        {"in": "path", "name": "source", "required": True, "schema": {"type": "string", "enum": list(SOURCES)}},
        {
            "in": "query",
            "name": "clientId",
            "required": True,
            "description": "The workspace.",
            "schema": {"type": "string", "format": "uuid"},
        },
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "Fields of a person, in any usual spelling; others become attributes.",
                    "properties": dict.fromkeys(("id", "email", "phone", "linkedinUrl", "firstName"), _TEXT),
                    "additionalProperties": True,
                }
            }
        },
    },
    "responses": {
        "200": {"description": "Kept", "content": {"application/json": {"schema": _KEPT}}},
        **{status: {"description": reason} for status, reason in _REFUSALS.items()},
    },
}
_SCHEMES = {
    "leadPushSecret": {"type": "http", "scheme": "bearer"},
    "leadPushHeader": {"type": "apiKey", "in": "header", "name": "x-lead-push-secret"},
}


def describe_lead_push(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: adds the door to the generated description."""
    result["paths"][PATH] = {"post": _OPERATION}
    result.setdefault("components", {}).setdefault("securitySchemes", {}).update(_SCHEMES)
    return result
