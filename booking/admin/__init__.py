from booking.admin.calendar_links import CalendarLinkAdmin

__all__ = ["CalendarLinkAdmin"]
