"""Run the provider simulators on this machine."""

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.simulator.server import Simulator, SimulatorServer

IDS_PER_SECOND = 10
IDS_START_AGAIN_AT = 2_000_000_000


class Command(BaseCommand):
    help = "Play the providers on a loopback port: /emailbison/…, /openai/v1/…, control under /__sim/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.ZRG_SIMULATOR_PORT)
        parser.add_argument("--target", default=settings.PUBLIC_APP_URL, help="address of the product")

    def handle(self, *args: Any, **options: Any) -> None:
        # Later than those of every earlier run, and small enough for a column of four bytes.
        first = int(time.time() * IDS_PER_SECOND) % IDS_START_AGAIN_AT
        try:
            server = SimulatorServer(
                "127.0.0.1", options["port"], Simulator(product_url=options["target"], first=first)
            )
        except OSError as busy:
            raise CommandError(
                f"Port {options['port']} of ZRG_SIMULATOR_PORT cannot be used: {busy.strerror}"
            ) from busy
        signal.signal(signal.SIGTERM, _stop)
        self.stdout.write(f"Simulators at {server.url}")
        self.stdout.flush()
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            self.stdout.write("Simulators stopped")
        finally:
            server.server_close()


def _stop(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
