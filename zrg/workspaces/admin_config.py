"""The admin as an installed app, with our site as the default one."""

from django.contrib.admin.apps import AdminConfig


class ZrgAdminConfig(AdminConfig):
    default_site = "zrg.workspaces.admin_site.ZrgAdminSite"
