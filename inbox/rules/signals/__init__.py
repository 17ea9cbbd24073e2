"""What a reply asks people to do: call, or book in the lead's own calendar; and which of the five ways it goes."""

from inbox.rules.signals.deterministic import Found as Found
from inbox.rules.signals.deterministic import fallback_route as fallback_route
from inbox.rules.signals.deterministic import find_signals as find_signals
from inbox.rules.signals.result import CALL_REQUESTED as CALL_REQUESTED
from inbox.rules.signals.result import EXTERNAL_CALENDAR as EXTERNAL_CALENDAR
from inbox.rules.signals.result import RouteAnswer as RouteAnswer
from inbox.rules.signals.result import Signal as Signal
from inbox.rules.signals.result import Signals as Signals
from inbox.rules.signals.result import combine as combine
