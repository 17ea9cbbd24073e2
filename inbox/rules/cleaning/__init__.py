"""What a person wrote this time: e-mail bodies without quotes, footers and signatures.

`Message.body` is made here once, at ingestion; sentiment, opt-out, drafts and display all read that text.
"""

from inbox.rules.cleaning.clean import CleanedEmail, clean_email, strip_quoted, written_part
from inbox.rules.cleaning.links import ExtractedLink, extract_links
from inbox.rules.cleaning.plain import clean_plain

__all__ = [
    "CleanedEmail",
    "ExtractedLink",
    "clean_email",
    "clean_plain",
    "extract_links",
    "strip_quoted",
    "written_part",
]
