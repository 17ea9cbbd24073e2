from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "zrg.analytics"
    label = "analytics"
