"""Messages, reading a reply, drafts, sending, the setter's pages."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    label = "inbox"
