"""All prompts of the inbox; `apps.py` registers them."""

from inbox.prompts.autosend import AUTOSEND_PROMPTS
from inbox.prompts.drafts import DRAFT_PROMPTS
from inbox.prompts.overseer import OVERSEER_PROMPTS
from inbox.prompts.replay import REPLAY_PROMPTS
from inbox.prompts.revision import REVISION_PROMPTS
from inbox.prompts.sentiment import SENTIMENT_PROMPTS
from inbox.prompts.signals import SIGNAL_PROMPTS
from inbox.prompts.signatures import SIGNATURE_PROMPTS

ALL_PROMPTS = (
    *SENTIMENT_PROMPTS,
    *SIGNAL_PROMPTS,
    *SIGNATURE_PROMPTS,
    *OVERSEER_PROMPTS,
    *DRAFT_PROMPTS,
    *AUTOSEND_PROMPTS,
    *REVISION_PROMPTS,
    *REPLAY_PROMPTS,
)
