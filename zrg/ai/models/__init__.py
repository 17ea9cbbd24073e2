from zrg.ai.models.interaction import AIInteraction, AIUsageDaily
from zrg.ai.models.persona import Persona

__all__ = ["AIInteraction", "AIUsageDaily", "Persona"]
