"""The provider simulators in a thread of the test, reached over real HTTP."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.test import override_settings

from integrations.simulator.core import Script
from integrations.simulator.model import response_body
from integrations.simulator.server import Simulator, SimulatorServer
from tests.factories.integrations import API_KEY

MODEL_KEY = "sim-key-tests"
CLAY_SECRET = "clay-4b7e19a2c8d35f60e1b29c84"


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A served simulator; `state` reaches its insides."""

    url: str
    state: Simulator

    def script(self, provider: str, path: str = "*", *, method: str = "*", times: int = 1, **respond: Any) -> None:
        """Queue a scripted answer (see `Script`)."""
        self.state.scripts.add(Script(provider=provider, path=path, method=method, times=times, **respond))

    def answer(self, prompt: str, value: Any, *, times: int = 1) -> None:
        """What the model answers to a prompt, named by a part of its key; a text, or an object sent as JSON."""
        text = value if isinstance(value, str) else json.dumps(value)
        body = response_body(1, {"model": "scripted"}, text, input_tokens=10, output_tokens=10, cut=False)
        self.script("openai", "*", contains=prompt, times=times, status=200, body=body)

    def asked(self, prompt: str) -> list[dict[str, Any]]:
        """Requests the model got for a prompt, named by its key."""
        return [one["json"] for one in self.requests("openai") if one["json"]["metadata"]["prompt_key"] == prompt]

    def requests(self, provider: str = "emailbison", path: str = "*", method: str = "") -> list[dict[str, Any]]:
        """Calls received so far."""
        return self.state.journal.entries(provider=provider, path=path, method=method)

    def sent_replies(self) -> list[dict[str, Any]]:
        """Bodies of the replies the provider was asked to send, in order."""
        return [entry["json"] for entry in self.requests(path="/api/replies/*/reply", method="POST")]


@contextmanager
def running_simulator() -> Iterator[RunningSimulator]:
    """A fresh simulator; all providers and the model are it."""
    state = Simulator(product_url="")
    for provider in (state.emailbison, state.ghl, state.unipile, state.smartlead, state.instantly):
        provider.add_key(API_KEY)
    server = SimulatorServer("127.0.0.1", 0, state)
    thread = server.serve_in_background()
    with (
        patch.dict(os.environ, _addresses(server.url)),
        override_settings(OPENAI_BASE_URL=f"{server.url}/openai/v1", OPENAI_API_KEY=MODEL_KEY),
    ):
        try:
            yield RunningSimulator(url=server.url, state=state)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """A fresh simulator; EmailBison and the model of this test are it."""
    with running_simulator() as running:
        yield running


def _addresses(url: str) -> dict[str, str]:
    return {
        "EMAILBISON_BASE_URL": f"{url}/emailbison",
        "SMARTLEAD_API_BASE": f"{url}/smartlead/api/v1",
        "INSTANTLY_API_BASE": f"{url}/instantly/api/v2",
        "GHL_API_BASE": f"{url}/ghl",
        "SLACK_API_BASE": f"{url}/slack/api",
        "RESEND_API_BASE": f"{url}/resend",
        "EMAILGUARD_API_BASE": f"{url}/emailguard",
        "CLAY_LINKEDIN_TABLE_WEBHOOK_URL": f"{url}/clay/linkedin",
        "CLAY_PHONE_TABLE_WEBHOOK_URL": f"{url}/clay/phone",
        "CLAY_CALLBACK_SECRET": CLAY_SECRET,
        "CALENDLY_API_BASE": f"{url}/calendly",
        "UNIPILE_DSN": f"{url}/unipile",
        "UNIPILE_API_KEY": API_KEY,
    }
