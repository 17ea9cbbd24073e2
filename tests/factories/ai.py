"""Personas of the tests."""

import factory

from tests.factories.workspaces import WorkspaceFactory
from zrg.ai.models import Persona


class PersonaFactory(factory.django.DjangoModelFactory[Persona]):
    """A voice of a workspace."""

    class Meta:
        model = Persona

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda n: f"Persona {n}")


class DefaultPersonaFactory(PersonaFactory):
    """The voice its workspace speaks with, without a signature."""

    name = "Priya"
    is_default = True
    persona_name = "Priya Nair"
    service_description = "Outbound for dental practices."
