"""All prompts of leads; `apps.py` registers them."""

from leads.prompts.phone import PHONE_PROMPTS
from leads.prompts.signature import SIGNATURE_PROMPTS

ALL_PROMPTS = (*PHONE_PROMPTS, *SIGNATURE_PROMPTS)
