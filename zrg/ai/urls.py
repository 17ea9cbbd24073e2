"""URLs of the model floor."""

from django.urls import path

from zrg.ai.api.prompts import PromptDetail, PromptRestore

urlpatterns = [
    path("api/ai/prompts/<str:key>", PromptDetail.as_view(), name="api_ai_prompt"),
    path("api/ai/prompts/<str:key>/restore/<uuid:revision_id>", PromptRestore.as_view(), name="api_ai_prompt_restore"),
]
