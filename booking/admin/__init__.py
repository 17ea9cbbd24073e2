from booking.admin.calendar_links import CalendarLinkAdmin
from booking.admin.processes import BookingProcessAdmin, CampaignProcessAdmin

__all__ = ["BookingProcessAdmin", "CalendarLinkAdmin", "CampaignProcessAdmin"]
