import pytest

from leads.models import InstallationSalt, OptOut
from leads.services.optouts import (
    forget_opt_out,
    is_remembered,
    opted_out_addresses,
    remember_opt_out,
    remembered_reason,
)
from tests.factories import WorkspaceFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_address_is_remembered_once_in_its_workspace_and_never_in_clear():
    workspace, other = WorkspaceFactory(), WorkspaceFactory()

    assert remember_opt_out(workspace.pk, emails=["Dana@Northfork.example", None, "nonsense"], reason="opt_out") == 1
    assert remember_opt_out(workspace.pk, emails=["dana@northfork.example"], reason="complaint") == 0

    row = OptOut.objects.get()
    assert (row.workspace_id, row.kind, row.reason, len(row.value_hash)) == (workspace.pk, "email", "opt_out", 64)
    assert opted_out_addresses(workspace.pk, [" DANA@northfork.example", "kim@northfork.example"]) == {
        "dana@northfork.example"
    }
    assert opted_out_addresses(other.pk, ["dana@northfork.example"]) == set()


@pytest.mark.parametrize(
    ("stored", "asked", "known"),
    [
        (("+447911123456", "7911123456"), ("+447911123456", "7911123456"), True),
        (("+447911123456", "7911123456"), (None, "7911123456"), True),
        (("+447911123456", "7911123456"), (None, "447911123456"), True),
        ((None, "7911123456"), ("+447911123456", "7911123456"), True),
        ((None, "7911123456"), (None, "7911123456"), True),
        (("+6681234567", "81234567"), ("+6581234567", "81234567"), False),
        ((None, "1234567"), (None, "1234567"), False),
        (("+447911123456", "7911123456"), (None, None), False),
    ],
)
def test_phone_is_known_again_but_never_across_countries(stored, asked, known):
    workspace = WorkspaceFactory()
    remember_opt_out(workspace.pk, phones=[stored], reason="opt_out")

    reason = remembered_reason(workspace.pk, phone=asked[0], phone_national=asked[1])

    assert reason == ("opt_out" if known else None)


def test_salt_stays_the_same():
    workspace = WorkspaceFactory()
    remember_opt_out(workspace.pk, emails=["dana@northfork.example"], reason="opt_out")
    salt = InstallationSalt.objects.get().value

    remember_opt_out(workspace.pk, emails=["kim@northfork.example"], reason="opt_out")

    assert InstallationSalt.objects.get().value == salt
    assert is_remembered(workspace.pk, email="dana@northfork.example")


def test_forgetting_takes_every_form():
    workspace = WorkspaceFactory()
    phone = ("+447911123456", "7911123456")
    remember_opt_out(workspace.pk, emails=["dana@northfork.example"], phones=[phone], reason="opt_out")

    forgotten = forget_opt_out(workspace.pk, emails=["dana@northfork.example"], phones=[phone])

    assert forgotten == 4
    assert OptOut.objects.count() == 0


def test_nothing_asked_is_nothing_known(django_assert_num_queries):
    workspace = WorkspaceFactory()

    with django_assert_num_queries(0):
        assert opted_out_addresses(workspace.pk, [None, "nonsense"]) == set()
