"""Leads that other programs push: one JSON object per person."""
