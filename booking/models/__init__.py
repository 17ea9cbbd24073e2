from booking.models.calendar_link import CalendarLink
from booking.models.process import BookingProcess, BookingStage, CampaignProcess

__all__ = ["BookingProcess", "BookingStage", "CalendarLink", "CampaignProcess"]
