"""`manage.py prompts list|show KEY|check [--workspace ID]`."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zrg.ai.params import resolve_request_params
from zrg.ai.pricing import parse_prices, price_of
from zrg.ai.prompts import all_prompts, variables_of
from zrg.ai.services.prompt_pages import count_drifting, prompt_lines, prompt_view
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "List the prompts of the code, show one, or check them all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["list", "show", "check"])
        parser.add_argument("key", nargs="?")
        parser.add_argument("--workspace", type=UUID, help="show what this workspace uses (default: the platform)")

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            getattr(self, f"_{options['what']}")(options["key"], options["workspace"])

    def _list(self, _key: str | None, workspace_id: UUID | None) -> None:
        for line in prompt_lines(workspace_id):
            drift = f" ({line.drift_count} drifted)" if line.drift_count else ""
            self.stdout.write(
                f"{line.prompt.key:42} {line.prompt.model:12} {line.version:18} {line.prompt.purpose}{drift}"
            )

    def _show(self, key: str | None, workspace_id: UUID | None) -> None:
        try:
            view = prompt_view(key or "", workspace_id)
        except NotVisible as error:
            raise CommandError(f"Unknown prompt {key}") from error
        prompt = view.prompt
        self.stdout.write(f"{prompt.key} ({view.version}), {prompt.model}, effort {prompt.effort}\n{prompt.purpose}")
        for message in view.messages:
            drift = ", an override waits: the code's text changed" if message.drift else ""
            self.stdout.write(f"\n--- {message.role} ({message.source}{drift})\n{message.text}")

    def _check(self, _key: str | None, workspace_id: UUID | None) -> None:
        """The code's prompts, and the overrides of all workspaces (or of one)."""
        drifted = sum(line.drift_count for line in prompt_lines(workspace_id)) if workspace_id else count_drifting()
        problems = [f"{drifted} drifted override(s): admin, Prompt overrides"] if drifted else []
        prices = parse_prices(settings.AI_MODEL_PRICING_JSON)
        for prompt in all_prompts():
            dropped = resolve_request_params(prompt.model, prompt.effort)["dropped"]
            if dropped:
                problems.append(f"{prompt.key}: {prompt.model} does not take {', '.join(dropped)}")
            if price_of(prompt.model, prices) is None:
                problems.append(f"{prompt.key}: {prompt.model} has no price")
            if prompt.schema and set(prompt.schema["required"]) != set(prompt.schema["properties"]):
                problems.append(f"{prompt.key}: schema is not strict")
            if not variables_of(prompt):
                problems.append(f"{prompt.key}: uses no variable")
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{len(all_prompts())} prompts are fine.")
