"""A step that is switched off leaves one row in the statistics, so that its absence is no riddle (05 R16)."""

from zrg.ai.services.telemetry import record_skip as record_skip

SETTING_OFF = "setting_off"
"""The reason of a step that a workspace has switched off."""
