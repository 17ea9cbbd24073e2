"""`manage.py safety_check --file lines.txt`: how the deterministic reading takes each line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inbox.enums import Channel
from inbox.rules.safety import read_safety


class Command(BaseCommand):
    help = "Read texts, one per line, and print kind, opt-out family and language of each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", required=True, type=Path)
        parser.add_argument("--channel", choices=Channel.values, default=Channel.EMAIL)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = options["file"].read_text().splitlines()
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}") from error
        for line in filter(None, lines):
            reading = read_safety(line, channel=options["channel"])
            family = f"{reading.opt_out.family or '-'}/{reading.opt_out.language or '-'}"
            self.stdout.write(f"{reading.kind:16} {family:24} {line}")
