"""What a rule and a partnership have in common: caps and opening hours; and how records are kept."""

import pgtrigger
from django.db import models


def _cap(help_text: str = "") -> models.PositiveIntegerField:  # type: ignore[type-arg]
    return models.PositiveIntegerField(null=True, blank=True, help_text=help_text)


class RoutingLimits(models.Model):
    """How many leads per period, and when. Null caps are unlimited, 0 is closed for good."""

    cap_daily = _cap("Empty: no limit. 0: closed.")
    cap_weekly = _cap("Monday to Sunday in the destination's time zone.")
    cap_monthly = _cap()
    cap_total = _cap("Over its whole life.")
    schedule = models.JSONField(
        null=True,
        blank=True,
        help_text='Empty: always open. {"days": [1, 2], "from": "09:00", "to": "17:00", "timezone": "Europe/Berlin"}',
    )

    class Meta:
        abstract = True

    @property
    def is_capped(self) -> bool:
        """Whether deliveries are counted here."""
        return any(cap is not None for cap in (self.cap_daily, self.cap_weekly, self.cap_monthly, self.cap_total))


def kept_ninety_days() -> pgtrigger.Trigger:
    """A record younger than 90 days is removed by nobody, the owner of the schema included."""
    return pgtrigger.Trigger(
        name="kept_ninety_days",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func=pgtrigger.Func(
            """
            IF OLD.created_at < now() - interval '90 days' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'records of routing are kept for 90 days' USING ERRCODE = 'insufficient_privilege';
            """
        ),
    )


def never_truncated() -> pgtrigger.Trigger:
    """No role empties the table at one stroke."""
    return pgtrigger.Trigger(
        name="never_truncated",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func=pgtrigger.Func(
            "RAISE EXCEPTION 'records of routing are never truncated' USING ERRCODE = 'insufficient_privilege';"
        ),
    )
