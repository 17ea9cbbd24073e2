"""Sign a body as Slack would, to try the interactivity address by hand."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.env import slack_signing_secret
from integrations.slack.signature import sign


class Command(BaseCommand):
    help = "Print the two headers Slack would send with a body, signed with SLACK_SIGNING_SECRET."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--body", required=True, help="the raw form body, or @ and the name of its file")
        parser.add_argument("--timestamp", type=int, help="seconds since 1970; now, if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        secret = slack_signing_secret()
        if not secret:
            raise CommandError("SLACK_SIGNING_SECRET is not set")
        # Of one moment only: a header with another stamp would not fit the signature.
        timestamp = str(options["timestamp"] if options["timestamp"] is not None else int(time.time()))
        self.stdout.write(f"X-Slack-Request-Timestamp: {timestamp}")
        self.stdout.write(f"X-Slack-Signature: {sign(secret, timestamp, _body(options['body']))}")


def _body(given: str) -> bytes:
    if not given.startswith("@"):
        return given.encode()
    try:
        with open(given[1:], "rb") as file:
            return file.read()
    except OSError as problem:
        raise CommandError(f"{given[1:]}: {problem.strerror}") from problem
