"""Pattern families of withdrawn consent, in the order they are asked."""

from inbox.rules.safety.families import complaint, contact, languages, stopping, wishes, withdrawal
from inbox.rules.safety.families.base import Family

FAMILIES: tuple[Family, ...] = (
    *withdrawal.FAMILIES,
    *stopping.FAMILIES,
    *contact.FAMILIES,
    *wishes.FAMILIES,
    *complaint.FAMILIES,
    *languages.FAMILIES,
)

__all__ = ["FAMILIES", "Family"]
