"""Texts that stand in every row of a list, in the reader's language: found once per language and process."""

from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language, gettext


def spoken(text: str) -> str:
    """What `gettext` says, without its way through the catalogues; for the few marked texts of a row."""
    return _said(text, language())


def language() -> str | None:
    """The reader's language. Where an installation has one, nobody is asked: asking costs more than a row."""
    return settings.LANGUAGE_CODE if len(settings.LANGUAGES) == 1 else get_language()


@lru_cache(maxsize=2048)
def _said(text: str, _language: str | None) -> str:
    return gettext(text)
