"""Small texts and numbers of the drafting prompts that people may change (05 R18, R21)."""

from inbox.prompts.drafts import ARCHETYPES
from zrg.ai.snippets import Snippet

FORBIDDEN_TERMS = "forbiddenTerms"
LENGTH_RULES = "emailLengthRulesTemplate"
MIN_CHARS = "emailLengthMinChars"
MAX_CHARS = "emailLengthMaxChars"


def archetype_snippet(archetype_id: str) -> str:
    """The key of a shape's instructions."""
    return f"emailArchetype.{archetype_id}.instructions"


ALL_SNIPPETS = (
    Snippet(
        key=FORBIDDEN_TERMS,
        label="Forbidden terms",
        purpose="Words drafts should avoid, one per line; the first 30 are told to the writer.",
        default="delve\ntapestry\nleveraging data-driven insights\nthanks for your note",
        kind="lines",
    ),
    Snippet(
        key=LENGTH_RULES,
        label="Length of e-mails",
        purpose="How the length is asked for; {minChars} and {maxChars} are put in.",
        default="{minChars} to {maxChars} characters.",
        required=("{minChars}", "{maxChars}"),
    ),
    Snippet(
        key=MIN_CHARS,
        label="Shortest e-mail",
        purpose="Characters.",
        default="220",
        kind="number",
        minimum=50,
        maximum=5_000,
        below=MAX_CHARS,
    ),
    Snippet(
        key=MAX_CHARS,
        label="Longest e-mail",
        purpose="Characters.",
        default="1200",
        kind="number",
        minimum=50,
        maximum=5_000,
    ),
    *(
        Snippet(
            key=archetype_snippet(archetype_id),
            label=f"Shape {archetype_id.replace('_', ' ')}",
            purpose="What the writer is told about this shape of an e-mail.",
            default=instructions,
        )
        for archetype_id, instructions in ARCHETYPES.items()
    ),
)
