from booking.models.calendar_link import CalendarLink

__all__ = ["CalendarLink"]
