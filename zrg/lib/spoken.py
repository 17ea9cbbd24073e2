"""Texts of every row of a list, and of scripts, in the reader's language: found once per language and process."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, gettext_lazy
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

# Every rule of gettext repeats after a hundred; below that a language may single numbers out.
PLURAL_NUMBERS = 200


def spoken(text: str) -> str:
    """What `gettext` says, without its way through the catalogues; for the few marked texts of a row."""
    return _said(text, language())


def language() -> str | None:
    """The reader's language. Where an installation has one, nobody is asked: asking costs more than a row."""
    return settings.LANGUAGE_CODE if len(settings.LANGUAGES) == 1 else get_language()


@lru_cache(maxsize=2048)
def _said(text: str, _language: str | None) -> str:
    return gettext(text)


def spoken_choices(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Choices of a closed set for a form or a page, whose marked labels are said when they are printed."""
    return [(value, gettext_lazy(label)) for value, label in choices]


def script_words() -> dict[str, Any] | None:
    """What scripts say in the reader's language; nothing when they say it in English.

    Returns:
        `texts`, a translation per English text, a list of its forms where numbers change it; `plural`, the number
        of the form for each of the first `PLURAL_NUMBERS` numbers, a digit each.
    """
    return _script_words(language() or settings.LANGUAGE_CODE)


@lru_cache
def _script_words(language_code: str) -> dict[str, Any] | None:
    catalogue = JavaScriptCatalog()
    found = DjangoTranslation(
        language_code, domain="djangojs", localedirs=[str(path) for path in settings.LOCALE_PATHS]
    )
    catalogue.translation = found
    texts = catalogue.get_catalog()
    return {"texts": texts, "plural": "".join(str(found.plural(n)) for n in range(PLURAL_NUMBERS))} if texts else None
