"""All prompts of leads; `apps.py` registers them."""

from leads.prompts.signature import SIGNATURE_PROMPTS

ALL_PROMPTS = SIGNATURE_PROMPTS
