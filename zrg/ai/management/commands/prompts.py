"""`manage.py prompts list|show KEY|check`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zrg.ai.params import resolve_request_params
from zrg.ai.prompts import all_prompts, get_prompt, variables_of, version


class Command(BaseCommand):
    help = "List the prompts of the code, show one, or check them all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["list", "show", "check"])
        parser.add_argument("key", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options["key"])

    def _list(self, _key: str | None) -> None:
        for prompt in all_prompts():
            self.stdout.write(f"{prompt.key:42} {prompt.model:12} {version(prompt):16} {prompt.purpose}")

    def _show(self, key: str | None) -> None:
        try:
            prompt = get_prompt(key or "")
        except KeyError as error:
            raise CommandError(f"Unknown prompt {key}") from error
        self.stdout.write(f"{prompt.key} ({version(prompt)}), {prompt.model}, effort {prompt.effort}\n{prompt.purpose}")
        for message in prompt.messages:
            self.stdout.write(f"\n--- {message.role}\n{message.text}")

    def _check(self, _key: str | None) -> None:
        problems = []
        for prompt in all_prompts():
            dropped = resolve_request_params(prompt.model, prompt.effort)["dropped"]
            if dropped:
                problems.append(f"{prompt.key}: {prompt.model} does not take {', '.join(dropped)}")
            if prompt.schema and set(prompt.schema["required"]) != set(prompt.schema["properties"]):
                problems.append(f"{prompt.key}: schema is not strict")
            if not variables_of(prompt):
                problems.append(f"{prompt.key}: uses no variable")
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{len(all_prompts())} prompts are fine.")
