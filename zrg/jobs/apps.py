from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "zrg.jobs"
    label = "jobs"
