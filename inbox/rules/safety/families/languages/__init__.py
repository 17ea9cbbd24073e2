"""The same withdrawal in Spanish, French, German, Italian, Portuguese and Dutch (text without accents)."""

import re
from dataclasses import dataclass

from inbox.rules.safety.families.base import Family, Hit, hits
from inbox.rules.safety.families.languages.dutch import DUTCH
from inbox.rules.safety.families.languages.french import FRENCH
from inbox.rules.safety.families.languages.german import GERMAN
from inbox.rules.safety.families.languages.italian import ITALIAN
from inbox.rules.safety.families.languages.patterns import LanguagePatterns
from inbox.rules.safety.families.languages.portuguese import PORTUGUESE
from inbox.rules.safety.families.languages.spanish import SPANISH
from inbox.rules.safety.text import Sentence

_PATTERNS = {"es": SPANISH, "fr": FRENCH, "de": GERMAN, "it": ITALIAN, "pt": PORTUGUESE, "nl": DUTCH}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one family of one language: the pattern, minus what this language says before or after it."""

    pattern: re.Pattern[str]
    language: LanguagePatterns

    def __call__(self, sentence: Sentence) -> bool:
        return any(not self._is_ordinary(hit, sentence) for hit in hits(self.pattern, sentence))

    def _is_ordinary(self, hit: Hit, sentence: Sentence) -> bool:
        language = self.language
        if language.not_before.search(hit.before.rstrip()) or language.not_after.match(hit.after):
            return True
        return language.other_way.search(hit.after + ". " + sentence.following[:160]) is not None


def _families() -> tuple[Family, ...]:
    return tuple(
        Family(name=name, language=code, triggers=triggers, fires=_Reader(pattern, language))
        for code, language in _PATTERNS.items()
        for name, triggers, pattern in language.families
    )


FAMILIES = _families()
