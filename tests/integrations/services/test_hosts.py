import pytest

from integrations.errors import HostInUse, HostRefused
from integrations.models import Connection, EmailBisonBaseHost
from integrations.services.hosts import add_base_host, base_url_of, delete_base_host
from zrg.workspaces.models import AdminAuditEvent


def test_default_host_is_there(db: None) -> None:
    assert EmailBisonBaseHost.objects.get().host == "send.meetinboxxia.com"


def test_host_is_added_once(db: None) -> None:
    first = add_base_host("https://Mail.Granite.example/login", label=" Granite ", by=None)
    second = add_base_host("mail.granite.example", by=None)

    assert (first.pk, first.host, first.label) == (second.pk, "mail.granite.example", "Granite")
    assert AdminAuditEvent.objects.filter(action="host.added").count() == 1


def test_refused_host_is_not_added(db: None) -> None:
    with pytest.raises(HostRefused):
        add_base_host("http://169.254.169.254/latest", by=None)

    assert EmailBisonBaseHost.objects.count() == 1


def test_host_in_use_stays(northfork: Connection) -> None:
    assert northfork.base_host is not None

    with pytest.raises(HostInUse):
        delete_base_host(northfork.base_host, by=None)

    assert base_url_of(northfork) == "https://send.meetinboxxia.com"


def test_unused_host_goes(db: None) -> None:
    delete_base_host(add_base_host("mail.granite.example", by=None), by=None)

    assert EmailBisonBaseHost.objects.count() == 1
    assert AdminAuditEvent.objects.filter(action="host.deleted").count() == 1


def test_simulator_wins_only_where_loopback_is_allowed(
    northfork: Connection, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    monkeypatch.setenv("EMAILBISON_BASE_URL", "http://127.0.0.1:8400/emailbison")
    assert base_url_of(northfork) == "http://127.0.0.1:8400/emailbison"

    settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False  # type: ignore[attr-defined]
    assert base_url_of(northfork) == "https://send.meetinboxxia.com"
