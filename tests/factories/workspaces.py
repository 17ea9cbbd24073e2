"""People and workspaces of the tests."""

from datetime import timedelta
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone

from tests.factories.grants import grant, mark_new
from zrg.lib.hashing import sha
from zrg.workspaces.enums import MembershipRole, Role
from zrg.workspaces.models import (
    Invitation,
    Membership,
    PlatformGrant,
    User,
    UserPreference,
    Workspace,
    WorkspaceSettings,
)
from zrg.workspaces.services.grants import sync_staff

PASSWORD = "a long first passphrase"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """An account with a verified address; the password is PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@people.example")
    display_name = factory.Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        user = model_class.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        UserPreference.objects.create(user=user)
        mark_new(user)
        return user


class WorkspaceFactory(factory.django.DjangoModelFactory[Workspace]):
    """A workspace with its settings row; `settings__timezone="Europe/Berlin"` sets values of it."""

    class Meta:
        model = Workspace
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Workspace {n}")
    owner = factory.SubFactory(UserFactory)

    @factory.post_generation
    def settings(self: Workspace, create: bool, extracted: Any, **values: Any) -> None:
        WorkspaceSettings.objects.create(workspace=self, **values)
        grant(self.owner, self, Role.OWNER.value)


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A role in a workspace, with the derived grants."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    workspace = factory.SubFactory(WorkspaceFactory)
    user = factory.SubFactory(UserFactory)
    role = MembershipRole.SETTER.value

    @classmethod
    def _create(cls, model_class: type[Membership], *args: Any, **kwargs: Any) -> Membership:
        if kwargs.get("is_active") is False:
            kwargs.setdefault("deactivated_at", timezone.now())
        membership = super()._create(model_class, *args, **kwargs)
        role = membership.role if membership.is_active else None
        grant(membership.user, membership.workspace, role, membership.extra_permissions)
        return membership


class PlatformGrantFactory(factory.django.DjangoModelFactory[PlatformGrant]):
    """A global admin."""

    class Meta:
        model = PlatformGrant

    user = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class: type[PlatformGrant], *args: Any, **kwargs: Any) -> PlatformGrant:
        grant = super()._create(model_class, *args, **kwargs)
        sync_staff(grant.user)
        return grant


class InvitationFactory(factory.django.DjangoModelFactory[Invitation]):
    """An open invitation; `token` is the text of the link."""

    class Meta:
        model = Invitation

    class Params:
        token = factory.Sequence(lambda n: f"token-{n}")

    workspace = factory.SubFactory(WorkspaceFactory)
    email = factory.Sequence(lambda n: f"invited{n}@people.example")
    role = MembershipRole.SETTER.value
    token_hash = factory.LazyAttribute(lambda o: sha(o.token))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=72))
