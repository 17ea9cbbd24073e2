from zrg.ai.admin.knowledge import (
    ConfidencePolicyAdmin,
    GuidanceAdmin,
    KnowledgeAssetAdmin,
    KnowledgeAssetRevisionAdmin,
)
from zrg.ai.admin.personas import PersonaAdmin
from zrg.ai.admin.prompting import (
    PromptOverrideAdmin,
    PromptOverrideRevisionAdmin,
    PromptSnippetOverrideAdmin,
    PromptSnippetRevisionAdmin,
)
from zrg.ai.admin.statistics import AIInteractionAdmin, AIUsageDailyAdmin

__all__ = [
    "AIInteractionAdmin",
    "AIUsageDailyAdmin",
    "ConfidencePolicyAdmin",
    "GuidanceAdmin",
    "KnowledgeAssetAdmin",
    "KnowledgeAssetRevisionAdmin",
    "PersonaAdmin",
    "PromptOverrideAdmin",
    "PromptOverrideRevisionAdmin",
    "PromptSnippetOverrideAdmin",
    "PromptSnippetRevisionAdmin",
]
