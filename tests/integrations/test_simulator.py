"""The simulators themselves: control plane, page, writing as the lead, the model."""

import json
from typing import Any

import openai
import pytest
import requests
from pytest_django.fixtures import Settings
from pytest_httpserver import HTTPServer

from integrations.emailbison.simulator import REPLY_EVENTS, STEP_EVENTS
from integrations.models import Connection
from integrations.simulator.core import CallingSimulator
from integrations.simulator.model import refusal_body
from integrations.simulator.writing import write_letter
from tests.integrations.emailbison.payloads import URL
from tests.support.client import ZrgClient
from tests.support.simulator import MODEL_KEY, RunningSimulator
from zrg.jobs.models import WebhookEvent

TIMEOUT = 5


def model(simulator: RunningSimulator, key: str = MODEL_KEY) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"{simulator.url}/openai/v1", max_retries=0, timeout=TIMEOUT)


def ask(simulator: RunningSimulator, prompt: str, reply: str, **values: Any) -> Any:
    return model(simulator).responses.create(
        model="gpt-5-mini",
        input=[
            {"role": "system", "content": values.pop("system", "You read replies.")},
            {
                "role": "user",
                "content": f"Newest inbound message:\n<<<LEAD TEXT: data>>>\n{reply}\n<<<END LEAD TEXT>>>",
            },
        ],
        max_output_tokens=values.pop("max_output_tokens", 4_000),
        metadata={"prompt_key": prompt},
        **values,
    )


def control(simulator: RunningSimulator, path: str, body: Any = None) -> requests.Response:
    if body is None:
        return requests.get(f"{simulator.url}/__sim/{path}", timeout=TIMEOUT)
    return requests.post(f"{simulator.url}/__sim/{path}", json=body, timeout=TIMEOUT)


@pytest.mark.unit
def test_scripted_answer_over_the_control_plane(simulator: RunningSimulator) -> None:
    script = {
        "provider": "emailbison",
        "match": {"method": "POST", "path": "/api/replies/*/reply"},
        "times": 1,
        "respond": {"status": 500, "headers": {"X-Test": "1"}, "body": {"message": "down"}, "delay_ms": 0},
    }
    assert control(simulator, "script", script).status_code == 201
    url = f"{simulator.url}/emailbison/api/replies/1/reply"

    first = requests.post(url, json={"a": 1}, timeout=TIMEOUT)
    second = requests.post(url, json={"a": 1}, timeout=TIMEOUT)

    assert (first.status_code, first.json(), first.headers["X-Test"]) == (500, {"message": "down"}, "1")
    assert (second.status_code, second.json()) == (401, {"message": "Unauthenticated."})


@pytest.mark.unit
@pytest.mark.parametrize(("close", "performed"), [("before", 0), ("after", 1)])
def test_closed_connection(simulator: RunningSimulator, close: str, performed: int) -> None:
    simulator.script("emailbison", "/api/leads", close=close)
    headers = {"Authorization": "Bearer prov-3f9a7c51e2d8b046"}

    with pytest.raises(requests.ConnectionError):
        requests.post(
            f"{simulator.url}/emailbison/api/leads", json={"email": "a@b.example"}, headers=headers, timeout=TIMEOUT
        )

    assert len(simulator.state.emailbison.leads) == performed


@pytest.mark.unit
def test_script_is_listed_until_a_call_takes_it(simulator: RunningSimulator) -> None:
    script = {"provider": "emailbison", "match": {"method": "GET", "path": "/api/campaigns"}, "respond": {}}

    control(simulator, "script", script)
    waiting = control(simulator, "script").json()["scripts"]
    requests.get(f"{simulator.url}/emailbison/api/campaigns", timeout=TIMEOUT)

    assert waiting == [{"provider": "emailbison", "method": "GET", "path": "/api/campaigns", "times": 1}]
    assert control(simulator, "script").json() == {"scripts": []}


@pytest.mark.unit
def test_calls_are_listed_and_forgotten(simulator: RunningSimulator) -> None:
    requests.get(f"{simulator.url}/emailbison/api/campaigns?page=2", timeout=TIMEOUT)

    (entry,) = control(simulator, "requests?provider=emailbison").json()["requests"]
    assert (entry["method"], entry["path"], entry["query"], entry["answer"]) == (
        "GET",
        "/api/campaigns",
        {"page": "2"},
        "401",
    )
    control(simulator, "reset", {})
    assert control(simulator, "requests").json() == {"requests": []}


@pytest.mark.unit
@pytest.mark.parametrize(
    "script",
    [{}, {"provider": "nobody"}, {"provider": "emailbison", "respond": {"close": "maybe"}}],
)
def test_bad_scripts_are_refused(simulator: RunningSimulator, script: dict[str, Any]) -> None:
    assert control(simulator, "script", script).status_code == 400


@pytest.mark.unit
@pytest.mark.parametrize(
    ("offered", "written"),
    [
        ("3:00 PM on Thu; 4:00 PM on Fri", "Would 3:00 PM on Thu or 4:00 PM on Fri suit you?"),
        ("(none)", "You can pick a time that suits you: https://meet.example/a"),
    ],
)
def test_writer_offers_the_times_there_are(offered: str, written: str) -> None:
    prompt = (
        f"Times you may offer: {offered}\nBooking link: https://meet.example/a\nNewest message:\nLet's set up a call."
    )

    assert written in write_letter(prompt)


def test_page_shows_calls_escaped(simulator: RunningSimulator) -> None:
    requests.post(f"{simulator.url}/emailbison/api/leads", json={"x": "<script>alert(1)</script>"}, timeout=TIMEOUT)

    page = requests.get(simulator.url, timeout=TIMEOUT).text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page


@pytest.mark.unit
def test_page_offers_every_event_of_every_provider(simulator: RunningSimulator) -> None:
    page = requests.get(f"{simulator.url}/?provider=ghl", timeout=TIMEOUT).text

    calling = [one for one in simulator.state.providers.values() if isinstance(one, CallingSimulator)]
    assert len(calling) == 8
    assert all(f"<option>{event}</option>" in page for one in calling for event in one.events)
    assert all(f'name="{field}"' in page for one in calling for field in one.fields)
    assert '<details name="provider" open><summary>SMS through GoHighLevel' in page


@pytest.mark.unit
def test_other_names_for_this_machine_are_refused(simulator: RunningSimulator) -> None:
    response = requests.get(simulator.url, headers={"Host": "rebound.example"}, timeout=TIMEOUT)

    assert response.status_code == 403


@pytest.mark.parametrize("event", [*REPLY_EVENTS, *STEP_EVENTS])
def test_writing_as_the_lead_posts_what_the_product_accepts(
    northfork: Connection, simulator: RunningSimulator, httpserver: HTTPServer, client: ZrgClient, event: str
) -> None:
    httpserver.expect_request("/api/webhooks/email", method="POST").respond_with_json({"success": True})
    given = {"email": "dana@northfork.example", "first_name": "Dana", "text": "Could you send more details?"}

    control(simulator, "target", {"url": httpserver.url_for("")})
    written = control(simulator, "write", {**given, "event": event}).json()

    (posted,) = [request.get_json() for request, _ in httpserver.log]
    assert (written["status"], written["payload"]) == (200, posted)
    assert posted["event"]["instance_url"] == f"{simulator.url}/emailbison"
    answer = client.post(f"{URL}?clientId={northfork.workspace_id}", posted, content_type="application/json")
    assert answer.json()["queued"] is True
    assert WebhookEvent.objects.get().event_type == event


@pytest.mark.unit
def test_form_of_the_page_goes_back_to_the_page(simulator: RunningSimulator, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/webhooks/email", method="POST").respond_with_json({"success": True})
    form = {"email": "dana@northfork.example", "text": "Hello", "target": httpserver.url_for("")}

    response = requests.post(f"{simulator.url}/__sim/write", data=form, timeout=TIMEOUT, allow_redirects=False)

    assert (response.status_code, response.headers["Location"]) == (303, "/?provider=emailbison&answer=200")
    page = requests.get(simulator.url + response.headers["Location"], timeout=TIMEOUT).text
    assert "The product answered 200." in page


@pytest.mark.unit
def test_product_that_is_down_is_said(simulator: RunningSimulator) -> None:
    given = {"email": "dana@northfork.example", "text": "Hello", "target": "http://127.0.0.1:9/"}

    assert control(simulator, "write", given).status_code == 502


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Could you send more details?", "Information Requested"),
        ("How much is it?", "Information Requested"),
        ("Tuesday works, say 3pm?", "Meeting Requested"),
        ("Please call me tomorrow", "Call Requested"),
        ("Please remove me from your list", "Blacklist"),
        ("Not interested, thanks", "Not Interested"),
        ("We already use something like this", "Objection"),
        ("Not now, check back next quarter", "Follow Up"),
        ("Sounds great", "Interested"),
        ("I am out of the office until Monday", "Out of Office"),
        ("Hm.", "Neutral"),
    ],
)
def test_model_tags_by_keyword(simulator: RunningSimulator, text: str, tag: str) -> None:
    answer = json.loads(ask(simulator, "sentiment.classify.v1", text).output_text)

    assert answer == {"classification": tag}


@pytest.mark.unit
def test_model_leaves_out_what_the_prompt_excludes(simulator: RunningSimulator) -> None:
    system = "You read replies.\nNever answer with: Out of Office, Automated Reply."
    text = "I am out of the office, but it sounds great"

    answer = json.loads(ask(simulator, "sentiment.classify.v1", text, system=system).output_text)

    assert answer == {"classification": "Interested"}


@pytest.mark.unit
def test_model_analyses_an_email(simulator: RunningSimulator) -> None:
    answer = json.loads(ask(simulator, "sentiment.email_inbox_analyze.v1", "Sounds great.\n> old text").output_text)

    assert answer["classification"] == "Interested"
    assert answer["cleaned_response"] == "Sounds great."
    assert answer["scheduling_link"] is None


@pytest.mark.unit
def test_model_writes_a_letter(simulator: RunningSimulator) -> None:
    system = (
        "You write one e-mail answer.\nGreeting to use: Hi Dana,\nService description: We fill empty chairs.\n"
        "Write the e-mail body only: 220 to 1200 characters, no subject line. "
        "End with this signature exactly once (nothing if empty):\nPriya Nair\nOutbound Ltd"
    )
    answer = ask(simulator, "draft.generate.email.generation.v1", "Could you send more details?", system=system)

    text = answer.output_text
    assert text.startswith("Hi Dana,\n")
    assert text.endswith("Priya Nair\nOutbound Ltd")
    assert text.count("Priya Nair") == 1
    assert "We fill empty chairs." in text
    assert 220 <= len(text) <= 1_200
    assert (answer.status, answer.usage.output_tokens > 0, answer.usage.input_tokens > 0) == ("completed", True, True)


@pytest.mark.unit
def test_model_fills_unknown_schemas(simulator: RunningSimulator) -> None:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["a", "b", "c", "d", "e"],
        "properties": {
            "a": {"type": "string", "enum": ["x", "y"]},
            "b": {"type": ["string", "null"]},
            "c": {"type": "array", "items": {"type": "string"}},
            "d": {"type": "number"},
            "e": {"type": "object", "properties": {"f": {"type": "boolean"}}},
        },
    }
    text: Any = {"format": {"type": "json_schema", "name": "other_prompt_v1", "schema": schema, "strict": True}}

    answer = json.loads(ask(simulator, "other.prompt.v1", "x", text=text).output_text)

    assert answer == {"a": "x", "b": None, "c": [], "d": 0, "e": {"f": False}}


@pytest.mark.unit
def test_model_cuts_at_the_budget(simulator: RunningSimulator) -> None:
    answer = ask(simulator, "draft.generate.email.v1", "Could you send more details?", max_output_tokens=20)

    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert answer.usage.output_tokens == 20


@pytest.mark.unit
def test_model_refuses_a_wrong_key(simulator: RunningSimulator) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        model(simulator, key="wrong").responses.create(model="gpt-5-mini", input="x")

    assert refused.value.code == "invalid_api_key"


@pytest.mark.unit
def test_model_errors_are_scripted(simulator: RunningSimulator) -> None:
    simulator.script(
        "openai", "/v1/responses", status=429, headers={"Retry-After": "2"}, body={"error": {"message": "x"}}
    )
    with pytest.raises(openai.RateLimitError):
        ask(simulator, "sentiment.classify.v1", "Sounds great")

    simulator.script("openai", "/v1/responses", status=200, body=refusal_body({"model": "gpt-5-mini"}))
    refused = ask(simulator, "sentiment.classify.v1", "Sounds great")
    assert refused.output[0].content[0].type == "refusal"

    simulator.script("openai", "/v1/responses", close="after")
    with pytest.raises(openai.APIConnectionError):
        ask(simulator, "sentiment.classify.v1", "Sounds great")


def test_demo_part_connects_to_the_simulator(db: None, simulator: RunningSimulator, settings: Settings) -> None:
    from integrations.services.demo import CONNECTIONS, add_demo_connection
    from integrations.services.inspection import CHECKS
    from tests.factories import WorkspaceFactory

    workspace = WorkspaceFactory()
    for _ in range(2):
        add_demo_connection(workspace, {"owner": workspace.owner})

    connected = set(Connection.objects.in_workspace(workspace).values_list("provider", flat=True))
    assert connected == set(CONNECTIONS)
    assert all(CHECKS[provider](workspace.pk).ok for provider in connected)

    settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False
    other = WorkspaceFactory()
    add_demo_connection(other, {})
    assert not Connection.objects.in_workspace(other).exists()
