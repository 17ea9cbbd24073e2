"""Post real webhook calls to the running product, through the simulator."""

from argparse import ArgumentParser
from itertools import cycle, islice
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

TIMEOUT_SECONDS = 20

# (first name, last name, company, e-mail, event, what they write)
PEOPLE = (
    ("Dana", "Reyes", "Northfork Dental", "dana@northfork.example", "LEAD_REPLIED", "Could you send more details?"),
    ("Lee", "Wong", "Harbor Legal", "lee@harbor.example", "LEAD_REPLIED", "Tuesday works, say 3pm?"),
    ("Ana", "Sousa", "Pine Labs", "ana@pine.example", "LEAD_INTERESTED", "Sounds interesting, how much is it?"),
    ("Omar", "Haddad", "Granite Co", "omar@granite.example", "LEAD_REPLIED", "We already use something like this."),
    (
        "Mia",
        "Lund",
        "Twin Rivers",
        "mia@twinrivers.example",
        "LEAD_REPLIED",
        "Not now, check back next quarter.",
    ),
    ("Jo", "Park", "Alder Clinic", "jo@alder.example", "EMAIL_OPENED", ""),
    ("Sam", "Ortiz", "Birch Studio", "sam@birch.example", "LEAD_REPLIED", "Please remove me from your list."),
    ("Eve", "Stone", "Cedar Works", "eve@cedar.example", "EMAIL_SENT", ""),
    ("Ravi", "Menon", "Delta Foods", "ravi@delta.example", "LEAD_REPLIED", "I am out of the office until Monday."),
    ("Nora", "Beck", "Elm Partners", "nora@elm.example", "LEAD_REPLIED", "Yes please, let's set up a call."),
)


class Command(BaseCommand):
    help = "Let people answer at the simulated EmailBison; each answer is one real webhook call to the product."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=len(PEOPLE))
        parser.add_argument("--simulator", default=f"http://127.0.0.1:{settings.ZRG_SIMULATOR_PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1:
            raise CommandError("--count must be at least 1")
        for number, person in enumerate(islice(cycle(PEOPLE), options["count"])):
            answer = self._write(options["simulator"], person, number // len(PEOPLE))
            self.stdout.write(f"{person[4]} {person[0]} {person[1]}: {answer}")

    def _write(self, simulator: str, person: tuple[str, ...], round_number: int) -> str:
        first_name, last_name, company, email, event, text = person
        if round_number:
            # A second round brings new people, not more letters of the same ones.
            email = email.replace("@", f"+{round_number}@")
        given = {
            "first_name": first_name,
            "last_name": last_name,
            "company": company,
            "email": email,
            "event": event,
            "text": text,
        }
        try:
            response = requests.post(f"{simulator}/__sim/write", json=given, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as down:
            raise CommandError(f"The simulator at {simulator} does not answer; run make up first") from down
        written = response.json()
        if response.status_code != 200 or written.get("status") != 200:
            raise CommandError(f"The product refused the call: {written.get('answer') or written.get('error')}")
        return "known already" if written["answer"].get("deduped") else "queued"
