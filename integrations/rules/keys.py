"""The key that recognises a redelivered call, and which events are taken first."""

from zrg.lib.hashing import sha

MAX_DEDUPE_KEY = 255

# Lower is sooner: what a person did, before what was sent, before what was opened (spec 04).
PRIORITY_PERSON = 10
PRIORITY_SENT = 50
PRIORITY_OPENED = 90


def dedupe_key(provider: str, workspace_id: object, event_type: str, ref: str) -> str:
    """02.dedupe-key-has-workspace: provider ids collide across instances, so no key is global. `ref` is
    the same in every redelivery of an event and different in every other event.
    """
    head = f"{provider.lower()}:{workspace_id}:{event_type}"
    key = f"{head}:{ref}"
    return key if len(key) <= MAX_DEDUPE_KEY else f"{head}:h:{sha(ref)}"
