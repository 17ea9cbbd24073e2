"""Job handlers of leads: load ids, call one service."""

from leads.services.importing.running import run_import

__all__ = ["run_import"]
