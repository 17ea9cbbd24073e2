"""Damaged calls against every webhook endpoint: what may come from outside must never break a door."""
