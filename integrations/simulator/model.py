"""A model on this machine that speaks OpenAI's Responses API.

It recognises the prompt by the request's metadata or schema name and answers deterministically: tags
by keyword, plans and letters from what the prompt says. Unknown prompts with a schema get the smallest
value that fits it.
"""

import json
import threading
from typing import Any

from integrations.simulator.core import SimRequest, SimResponse
from integrations.simulator.judging import grade, judge, wants_answer
from integrations.simulator.reading import (
    classify,
    excluded_tags,
    newest_inbound,
    own_words,
    read_meeting,
    read_signature,
    read_signature_context,
    route,
)
from integrations.simulator.writing import (
    MESSAGE_BREAK,
    plan,
    rewrite,
    smallest_value,
    verified,
    write_letter,
    write_short,
)

KEY_PREFIX = "sim-"


class ModelSimulator:
    """`POST /v1/responses` and `GET /v1/models`; keys start with `sim-`, any other is refused as OpenAI does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Start counting answers again."""
        self._count = 0

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer one call."""
        if not request.bearer.startswith(KEY_PREFIX):
            return _error(401, "Incorrect API key provided.", "invalid_request_error", code="invalid_api_key")
        if request.method == "GET" and request.path == "/v1/models":
            return SimResponse(body={"object": "list", "data": []})
        if request.method != "POST" or request.path != "/v1/responses":
            return _error(404, f"Unknown request URL: {request.method} {request.path}", "invalid_request_error")
        given = request.json
        if not isinstance(given, dict) or not given.get("model") or not given.get("input"):
            return _error(400, "Missing required parameter: 'input'.", "invalid_request_error", param="input")
        return SimResponse(body=self._response(given))

    def _response(self, given: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._count += 1
            number = self._count
        prompt = read_prompt(given)
        answer = answer_to(prompt_key(given), prompt, schema_of(given))
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        output_tokens = tokens(text)
        limit = int(given.get("max_output_tokens") or output_tokens)
        cut = output_tokens > limit
        if cut:
            text, output_tokens = text[: limit * 4], limit
        return response_body(number, given, text, input_tokens=tokens(prompt), output_tokens=output_tokens, cut=cut)


def answer_to(key: str, prompt: str, schema: dict[str, Any] | None) -> Any:
    """The answer to a prompt: a text, or an object that fits `schema`."""
    if "sentiment.classify" in key:
        return {"classification": classify(newest_inbound(prompt), excluded_tags(prompt))}
    if "email_inbox_analyze" in key:
        return _analysis(newest_inbound(prompt), schema)
    if "auto_send.evaluate" in key:
        return judge(prompt)
    if "ai.replay.judge" in key:
        return grade(prompt)
    if "auto_reply_gate" in key:
        return {"should_reply": wants_answer(newest_inbound(prompt)), "reason": "", "follow_up_time": None}
    if "route_booking_process" in key:
        return {"processId": route(newest_inbound(prompt)), "confidence": 0.9, "rationale": "", "uncertain": False}
    if "overseer.extract" in key and schema is not None:
        return read_meeting(newest_inbound(prompt), schema)
    if "signature.context" in key:
        return read_signature_context(prompt)
    if "signature" in key:
        return read_signature(prompt)
    if "strategy" in key:
        return plan(prompt)
    if "draft.verify" in key:
        return verified(prompt)
    if schema is not None:
        return smallest_value(schema)
    if "fast_regen" in key:
        return rewrite(prompt)
    return write_short(prompt) if "sms" in key or "linkedin" in key else write_letter(prompt)


def prompt_key(given: dict[str, Any]) -> str:
    """Which prompt a request is, by metadata or by the name of its schema."""
    metadata = given.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("prompt_key"), str):
        return str(metadata["prompt_key"])
    return str(_format(given).get("name", "")).replace("_v1", ".v1").replace("sentiment_", "sentiment.")


def schema_of(given: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema the answer must fit."""
    schema = _format(given).get("schema")
    return schema if isinstance(schema, dict) else None


def read_prompt(given: dict[str, Any]) -> str:
    """All message texts of a request, in order, `MESSAGE_BREAK` between them."""
    messages = given["input"]
    if isinstance(messages, str):
        return messages
    return MESSAGE_BREAK.join(_content(message) for message in messages if isinstance(message, dict))


def response_body(
    number: int, given: dict[str, Any], text: str, *, input_tokens: int, output_tokens: int, cut: bool
) -> dict[str, Any]:
    """A response object as the API returns it."""
    return {
        "id": f"resp_sim_{number:08d}",
        "object": "response",
        "created_at": 1_772_728_863 + number,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "error": None,
        "instructions": None,
        "metadata": given.get("metadata") or {},
        "model": given["model"],
        "output": [
            {
                "type": "message",
                "id": f"msg_sim_{number:08d}",
                "status": "incomplete" if cut else "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "text": text, "annotations": []}],
            }
        ],
        "parallel_tool_calls": True,
        "temperature": given.get("temperature"),
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "max_output_tokens": given.get("max_output_tokens"),
        "store": given.get("store", False),
        "usage": {
            "input_tokens": input_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": input_tokens + output_tokens,
        },
    }


def refusal_body(given: dict[str, Any]) -> dict[str, Any]:
    """A response in which the model refuses (for scripts and tests)."""
    body = response_body(0, given, "", input_tokens=10, output_tokens=5, cut=False)
    body["output"][0]["content"] = [{"type": "refusal", "refusal": "I cannot help with that."}]
    return body


def tokens(text: str) -> int:
    """About four bytes a token."""
    return -(-len(text.encode()) // 4)


def _analysis(text: str, schema: dict[str, Any] | None) -> dict[str, Any]:
    tag = classify(text)
    allowed = (schema or {}).get("properties", {}).get("classification", {}).get("enum")
    if allowed and tag not in allowed:
        # The schema spells some tags in its own way; what it lacks is neither wish nor refusal.
        tag = next((one for one in allowed if one.lower() == tag.lower()), "Follow Up")
    return {
        "classification": tag,
        "cleaned_response": own_words(text)[:8_000],
        "mobile_number": None,
        "direct_phone": None,
        "scheduling_link": None,
        "is_newsletter": False,
    }


def _format(given: dict[str, Any]) -> dict[str, Any]:
    text = given.get("text")
    found = text.get("format") if isinstance(text, dict) else None
    return found if isinstance(found, dict) else {}


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _error(status: int, message: str, kind: str, *, param: str | None = None, code: str | None = None) -> SimResponse:
    return SimResponse(status=status, body={"error": {"message": message, "type": kind, "param": param, "code": code}})
