from zrg.ai.models.persona import Persona

__all__ = ["Persona"]
