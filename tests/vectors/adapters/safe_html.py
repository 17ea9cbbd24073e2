"""The two text steps of message rendering, compared as the document's `compare` says."""

import re
from typing import Any

from inbox.rules.rendering import append_missing_links, safe_linkified_html

_ANCHOR = re.compile(r"<a ([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if case_input["call"] == "append_missing_links":
        return {"text": append_missing_links(case_input["body"], case_input["links"])}
    options = {"target": case_input["target"]} if "target" in case_input else {}
    return {"html": safe_linkified_html(case_input["text"], **options)}


def equal(expected: dict[str, str], actual: dict[str, str]) -> bool:
    return all(key in actual and _comparable(value) == _comparable(actual[key]) for key, value in expected.items())


def _comparable(html: str) -> str:
    """One spelling of breaks, apostrophes, attribute order and of a `rel` that holds what is asked for."""
    html = re.sub(r"<br ?/?>", "<br>", html).replace("&#x27;", "&#39;")
    return _ANCHOR.sub(_comparable_anchor, html)


def _comparable_anchor(match: re.Match[str]) -> str:
    attributes = dict(_ATTRIBUTE.findall(match.group(1)))
    if {"noopener", "noreferrer"} <= set(attributes.get("rel", "").split()):
        attributes["rel"] = "noopener noreferrer"
    order = ["href", "target", "rel"]
    names = [name for name in order if name in attributes] + sorted(set(attributes) - set(order))
    return "<a " + " ".join(f'{name}="{attributes[name]}"' for name in names) + ">"
