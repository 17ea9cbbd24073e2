"""The instance workspaces use when nobody chose another one."""

from django.db import migrations

DEFAULT_HOST = "send.meetinboxxia.com"


def add_default_host(apps, schema_editor):
    apps.get_model("integrations", "EmailBisonBaseHost").objects.get_or_create(host=DEFAULT_HOST)


def remove_default_host(apps, schema_editor):
    hosts = apps.get_model("integrations", "EmailBisonBaseHost")
    hosts.objects.filter(host=DEFAULT_HOST, connections__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]

    operations = [migrations.RunPython(add_default_host, remove_default_host)]
