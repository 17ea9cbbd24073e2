from django.apps import AppConfig


class AIConfig(AppConfig):
    name = "zrg.ai"
    label = "ai"
