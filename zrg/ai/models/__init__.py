from zrg.ai.models.interaction import AIInteraction, AIUsageDaily
from zrg.ai.models.knowledge import KnowledgeAsset, KnowledgeAssetRevision
from zrg.ai.models.learning import ConfidencePolicy, ConfidencePolicyRevision, Guidance
from zrg.ai.models.persona import Persona
from zrg.ai.models.prompting import (
    PromptOverride,
    PromptOverrideRevision,
    PromptSnippetOverride,
    PromptSnippetRevision,
)

__all__ = [
    "AIInteraction",
    "AIUsageDaily",
    "ConfidencePolicy",
    "ConfidencePolicyRevision",
    "Guidance",
    "KnowledgeAsset",
    "KnowledgeAssetRevision",
    "Persona",
    "PromptOverride",
    "PromptOverrideRevision",
    "PromptSnippetOverride",
    "PromptSnippetRevision",
]
