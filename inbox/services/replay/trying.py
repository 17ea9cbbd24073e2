"""What a replay tries in place of what is in force: models and prompt texts (05 R29)."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext

from inbox.prompts.drafts import GENERATION, SINGLE_EMAIL, SINGLE_LINKEDIN, SINGLE_SMS, STRATEGY
from zrg.ai.contracts import Prompt, Trial
from zrg.ai.prompts import get_prompt
from zrg.ai.rules.prompt_checks import problem_of
from zrg.lib.errors import BadInput

WRITERS = (STRATEGY, GENERATION, SINGLE_EMAIL, SINGLE_SMS, SINGLE_LINKEDIN)
"""What a model named without a prompt stands for: everything that writes a first draft."""
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_FILE = re.compile(r"(?P<key>[^=:]+)(?::(?P<index>\d{1,2}))?=(?P<path>.+)")


def read_trial(models: Sequence[str], files: Sequence[str]) -> Trial:
    """`models`: `NAME` for the writers or `KEY=NAME`. `files`: `KEY=PATH` for the first message of a prompt or
    `KEY:INDEX=PATH`; a text has to pass what an override has to pass. Raises BadInput and OSError.
    """
    chosen: dict[str, str] = {}
    for one in models:
        key, _, name = one.rpartition("=")
        if not _MODEL.fullmatch(name):
            raise BadInput(f"Not a model: {name or one}", code="unknown_model")
        chosen |= {_prompt(key).key: name} if key else dict.fromkeys(WRITERS, name)
    texts: dict[str, dict[int, str]] = defaultdict(dict)
    for one in files:
        match = _FILE.fullmatch(one)
        if match is None:
            raise BadInput(gettext("Not KEY=PATH: {one}").format(one=one), code="bad_prompt_file")
        prompt, index = _prompt(match["key"]), int(match["index"] or 0)
        texts[prompt.key][index] = _text(prompt, index, Path(match["path"]))
    return Trial(models=chosen, texts=dict(texts))


def _prompt(key: str) -> Prompt:
    try:
        return get_prompt(key)
    except KeyError as error:
        raise BadInput(
            gettext("Unknown prompt {key}; `prompts list` names them").format(key=key), code="unknown_prompt"
        ) from error


def _text(prompt: Prompt, index: int, path: Path) -> str:
    if index >= len(prompt.messages):
        raise BadInput(
            gettext("{key} has {n} messages, counted from 0").format(key=prompt.key, n=len(prompt.messages)),
            code="unknown_position",
        )
    text = path.read_text(encoding="utf-8").rstrip("\n")
    problem = problem_of(prompt, prompt.messages[index], text)
    if problem is not None:
        raise BadInput(f"{path}: {problem.message}", code=problem.code)
    return text
