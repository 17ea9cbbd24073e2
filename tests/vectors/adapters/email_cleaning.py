"""clean_email on the parts of one mail."""

from typing import Any

from inbox.rules.cleaning import clean_email


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    cleaned = clean_email(case_input.get("html_body"), case_input.get("text_body"))
    return {"body": cleaned.body, "raw_text": cleaned.raw_text, "raw_html": cleaned.raw_html}
