"""Personas of the tests."""

import factory

from tests.factories.workspaces import WorkspaceFactory
from zrg.ai.models import Persona


class PersonaFactory(factory.django.DjangoModelFactory[Persona]):
    """The voice of its workspace, without a signature."""

    class Meta:
        model = Persona

    workspace = factory.SubFactory(WorkspaceFactory)
    name = "Priya"
    is_default = True
    persona_name = "Priya Nair"
    service_description = "Outbound for dental practices."
