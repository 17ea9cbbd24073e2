"""WSGI entry point. Refuses to serve when the database role could bypass row security."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zrg.settings")

application = get_wsgi_application()

from zrg.workspaces.services.health import stop_unless_walled  # noqa: E402  # the apps must be loaded

stop_unless_walled()
