"""The two ways through zrg/wsgi.py answer alike where they overlap."""

import io
import json

import pytest
from django.core.handlers.wsgi import WSGIHandler

pytestmark = pytest.mark.django_db


def call(application, method, path, body=b"", **headers):
    seen = {}

    def start_response(status, response_headers):
        seen["status"], seen["headers"] = int(status.split()[0]), dict(response_headers)

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **headers,
    }
    response = application(environ, start_response)
    seen["body"] = b"".join(response)
    return seen


@pytest.fixture
def application(monkeypatch):
    # Ending a request closes the connection this test's transaction lives in.
    monkeypatch.setattr("django.db.connection.close_if_unusable_or_obsolete", lambda: None)
    from zrg.wsgi import application

    return application


def test_webhook_path_is_answered_with_the_same_security_headers(application):
    fast = call(application, "GET", "/api/webhooks/email", HTTP_X_REQUEST_ID="abcdefgh-1")
    usual = call(WSGIHandler(), "GET", "/api/webhooks/email", HTTP_X_REQUEST_ID="abcdefgh-1")

    assert fast["status"] == usual["status"] == 200
    assert json.loads(fast["body"]) == {"status": "ok", "endpoint": "email"}
    assert fast["headers"]["x-request-id"] == "abcdefgh-1"
    kept = ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
    assert {name: fast["headers"][name] for name in kept} == {name: usual["headers"][name] for name in kept}
    assert "frame-ancestors 'none'" in fast["headers"]["Content-Security-Policy"]


def test_webhook_path_needs_no_session_and_no_csrf_token(application):
    answer = call(application, "POST", "/api/webhooks/email", b"{")

    assert (answer["status"], json.loads(answer["body"])) == (400, {"error": "Invalid JSON payload"})
    assert "Set-Cookie" not in answer["headers"]


def test_unknown_webhook_path_is_not_found_as_json(application):
    answer = call(application, "GET", "/api/webhooks/nobody")

    assert (answer["status"], answer["headers"]["Content-Type"]) == (404, "application/json")


def test_other_paths_take_the_usual_way(application):
    assert call(application, "GET", "/healthz")["status"] == 200
