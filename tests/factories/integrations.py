"""Connections and mailboxes of the tests."""

from typing import Any

import factory
from django.utils import timezone

from integrations.enums import Provider
from integrations.models import Connection, EmailBisonBaseHost, EmailSender
from integrations.services.routes import refresh_routes
from integrations.services.secrets import seal
from tests.factories.workspaces import WorkspaceFactory

API_KEY = "prov-3f9a7c51e2d8b046"


class ConnectionFactory(factory.django.DjangoModelFactory[Connection]):
    """A connection with its routes; `secrets={"api_key": …}` are sealed, `host="…"` picks a base host."""

    class Meta:
        model = Connection

    workspace = factory.SubFactory(WorkspaceFactory)
    provider = Provider.EMAILBISON.value

    @classmethod
    def _create(cls, model_class: type[Connection], *args: Any, **kwargs: Any) -> Connection:
        secrets = kwargs.pop("secrets", {"api_key": API_KEY})
        host = kwargs.pop("host", None)
        if host:
            kwargs["base_host"], _ = EmailBisonBaseHost.objects.get_or_create(host=host)
        kwargs["secrets"] = seal(kwargs["workspace"].pk, kwargs["provider"], secrets)
        connection = super()._create(model_class, *args, **kwargs)
        refresh_routes(connection)
        return connection


class EmailSenderFactory(factory.django.DjangoModelFactory[EmailSender]):
    """A mailbox that may send."""

    class Meta:
        model = EmailSender

    workspace = factory.SubFactory(WorkspaceFactory)
    provider = Provider.EMAILBISON.value
    sender_email_id = factory.Sequence(lambda n: str(60 + n))
    email_address = factory.LazyAttribute(lambda o: f"sender{o.sender_email_id}@outbound.example")
    fetched_at = factory.LazyFunction(timezone.now)
