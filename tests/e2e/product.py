"""One running installation as its users, its provider and its operators meet it: over HTTP, SQL and commands."""

from typing import Any

import psycopg
import requests

from tests.stack.installation import Installation
from tests.stack.waiting import wait_for
from zrg.stack.environment import DEMO_PASSWORD, OWNER_LOGIN, SETTER_LOGIN, development_secrets
from zrg.stack.postgres import DATABASE, SUPERUSER, place_server

OWNER, SETTER = OWNER_LOGIN, SETTER_LOGIN
REPLY_SECONDS = 60
# The simulator's EmailBison workspace, host and campaign: what a call of the real provider would carry.
PROVIDER_WORKSPACE = 1

_TIMEOUT_SECONDS = 15


class Product:
    """Acts on one installation from outside; every wait has an end."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.url = installation.url
        self.simulator = f"http://127.0.0.1:{installation.simulator_port}"
        self.webhook = f"{self.url}/api/webhooks/email"
        self.secrets = development_secrets(installation.layout)
        self.password = self.secrets[DEMO_PASSWORD]
        self._database = place_server(installation.layout, "postgres", durable=True).url(SUPERUSER, DATABASE)
        self._sessions: dict[str, Session] = {}

    # --- what an operator does -----------------------------------------------------------------------

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """Read the database as its superuser; one-column rows come as plain values."""
        with psycopg.connect(self._database) as connection:
            found = connection.execute(statement, values).fetchall()
        return [row[0] if len(row) == 1 else row for row in found]

    def value(self, statement: str, *values: Any) -> Any:
        """The first value of the first row, None without rows."""
        return next(iter(self.rows(statement, *values)), None)

    def arrange(self, statement: str, *values: Any) -> int:
        """Change rows as the arrangement of a test (moving time, above all); return how many."""
        with psycopg.connect(self._database) as connection:
            return connection.execute(statement, values).rowcount

    def mark_compared(self, email: str) -> None:
        """The lead's conversation was just compared with its provider: opening it asks for nothing."""
        self.arrange(
            "INSERT INTO inbox_conversationsync (id, workspace_id, lead_id, state, requested_at, finished_at, report)"
            " SELECT gen_random_uuid(), workspace_id, id, 'done', now(), now(), '{}' FROM leads_lead WHERE email = %s"
            " ON CONFLICT (lead_id) DO UPDATE SET state = 'done', finished_at = now()",
            email,
        )

    def connect(self) -> psycopg.Connection:
        """A connection of its own, for holding a lock."""
        return psycopg.connect(self._database)

    def manage(self, *arguments: str) -> str:
        """Run a management command of this installation; return what it printed."""
        done = self.installation.make("manage", f"ARGS={' '.join(arguments)}")
        assert done.returncode == 0, done.stdout
        return done.stdout

    # --- what the provider does ----------------------------------------------------------------------

    def write(self, email: str, text: str, **given: Any) -> dict[str, Any]:
        """Let a lead write at the simulated provider, which calls the product's webhook; return the call's payload."""
        answer = self._control("POST", "write", json={"email": email, "text": text, **given})
        assert answer["status"] == 200, answer
        payload: dict[str, Any] = answer["payload"]
        return payload

    def compose(self, email: str, text: str, **given: Any) -> dict[str, Any]:
        """The payload of the call a lead's reply would make; nobody is called: it goes to the simulator itself."""
        answer = self._control("POST", "write", json={"email": email, "text": text, "target": self.simulator, **given})
        payload: dict[str, Any] = answer["payload"]
        return payload

    def post(self, payload: dict[str, Any]) -> requests.Response:
        """Post one webhook call to the product, as the provider does."""
        return requests.post(self.webhook, json=payload, timeout=_TIMEOUT_SECONDS)

    def script(self, *, path: str, provider: str = "emailbison", times: int = 1, **respond: Any) -> None:
        """Script the provider's next answer."""
        match = {"method": "POST", "path": path}
        self._control("POST", "script", json={"provider": provider, "match": match, "respond": respond, "times": times})

    def scripts_left(self) -> int:
        """How many scripted answers no call has taken yet."""
        return len(self._control("GET", "script")["scripts"])

    def provider_replies(self, text: str = "") -> list[dict[str, Any]]:
        """The reply calls the provider received, optionally those whose message holds `text`."""
        found = self._control("GET", "requests", params={"provider": "emailbison", "method": "POST"})["requests"]
        replies = [one for one in found if one["path"].startswith("/api/replies/")]
        return [one for one in replies if text in one["json"]["message"]]

    def provider_posts(self, provider: str) -> list[dict[str, Any]]:
        """The writing calls a provider received, oldest first."""
        found: list[dict[str, Any]] = self._control("GET", "requests", params={"provider": provider, "method": "POST"})[
            "requests"
        ]
        return found

    def _control(self, method: str, name: str, **given: Any) -> Any:
        answer = requests.request(method, f"{self.simulator}/__sim/{name}", timeout=_TIMEOUT_SECONDS, **given)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    # --- what a person does --------------------------------------------------------------------------

    def session(self, login: str) -> "Session":
        """The log-in of a person, made once per installation, and again when it has ended meanwhile."""
        if login not in self._sessions or not self._sessions[login].is_open():
            self._sessions[login] = Session(self, login, self.password)
        return self._sessions[login]

    def undo_seconds(self, login: str, seconds: int) -> None:
        """Set how long a person may undo."""
        self.arrange(
            "INSERT INTO workspaces_userpreference (id, user_id, undo_seconds, enter_sends, inbox_layout, time_display)"
            " SELECT gen_random_uuid(), id, %s, true, '{}', 'workspace' FROM workspaces_user WHERE email = %s"
            " ON CONFLICT (user_id) DO UPDATE SET undo_seconds = excluded.undo_seconds",
            seconds,
            login,
        )

    def lead_id(self, email: str) -> str:
        """Wait for the lead with this address."""
        return str(wait_for(lambda: self.value("SELECT id FROM leads_lead WHERE email = %s", email), REPLY_SECONDS))

    def pending_draft(self, email: str) -> tuple[str, str]:
        """Wait for the draft that waits for this lead: its id and its text."""
        statement = (
            "SELECT d.id, d.content FROM inbox_draft d JOIN leads_lead l ON l.id = d.lead_id"
            " WHERE l.email = %s AND d.status = 'pending'"
        )
        found = wait_for(lambda: self.rows(statement, email), REPLY_SECONDS)
        return str(found[0][0]), str(found[0][1])

    def outbound(self, email: str) -> list[str]:
        """The delivery states of what was written to this lead, oldest first; campaign steps are the provider's."""
        return self.rows(
            "SELECT m.delivery_status FROM inbox_message m JOIN leads_lead l ON l.id = m.lead_id"
            " WHERE l.email = %s AND m.direction = 'outbound' AND m.origin IS DISTINCT FROM 'campaign'"
            " ORDER BY m.created_at",
            email,
        )


class Session:
    """A person's signed-in HTTP session."""

    def __init__(self, product: Product, login: str, password: str) -> None:
        self.login = login
        self._url = product.url
        self._http = requests.Session()
        page = f"{self._url}/account/login/"
        self._http.get(page, timeout=_TIMEOUT_SECONDS).raise_for_status()
        answer = self._http.post(
            page,
            data={"login": login, "password": password, "csrfmiddlewaretoken": self._token()},
            headers={"Referer": page},
            timeout=_TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        assert "sessionid" in self._http.cookies or len(self._http.cookies) > 1, answer.url

    def is_open(self) -> bool:
        """Whether it still runs: a changed role gives it another key, which only the browser that asked then knows."""
        return self.get("/account/").status_code == requests.codes.ok

    def get(self, path: str) -> requests.Response:
        """Ask for a page or an API answer."""
        return self._http.get(f"{self._url}{path}", timeout=_TIMEOUT_SECONDS, allow_redirects=False)

    def post(self, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        """Act through the API."""
        return self._http.post(
            f"{self._url}{path}",
            json=body or {},
            headers={"X-CSRFToken": self._token(), "Referer": f"{self._url}/"},
            timeout=_TIMEOUT_SECONDS,
        )

    def approve(self, draft_id: str) -> requests.Response:
        """Approve a draft as it stands, having seen the newest message of its lead."""
        lead = self.get(f"/api/inbox/drafts/{draft_id}").json()["leadId"]
        newest = self.get(f"/api/inbox/conversations/{lead}").json()["thread"]["newestMessageId"]
        return self.post(f"/api/inbox/drafts/{draft_id}/approve", {"seenMessageId": newest})

    def cookies(self) -> list[dict[str, Any]]:
        """The session's cookies as a browser takes them."""
        return [{"name": one.name, "value": one.value, "url": self._url} for one in self._http.cookies]

    def _token(self) -> str:
        return next(one.value for one in self._http.cookies if one.name.endswith("csrftoken"))
