"""People: accounts and their preferences."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from zrg.workspaces.enums import TimeDisplay
from zrg.workspaces.fields import NormalisedEmailField
from zrg.workspaces.models.base import UUIDModel


class UserManager(BaseUserManager["User"]):
    """Creates accounts; addresses are normalised by the field."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account; without a password nobody can log in until one is chosen by link."""
        if not email:
            raise ValueError("An account needs an address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An ordinary account: super admins are named by SUPER_ADMIN_EMAILS, never by a row."""
        fields.pop("is_staff", None)
        fields.pop("is_superuser", None)
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of an address, however it is written."""
        return self.get(email=(username or "").strip().lower())


class User(UUIDModel, AbstractBaseUser, PermissionsMixin):
    """An account. Access comes from ownership, memberships and platform grants alone."""

    email = NormalisedEmailField(unique=True, error_messages={"unique": "An account with this address exists."})
    display_name = models.CharField(max_length=120, blank=True, default="")
    is_active = models.BooleanField(default=True)
    # May open the admin; set only by `sync_permissions`.
    is_staff = models.BooleanField(default=False, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="user_never_superuser"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    def get_full_name(self) -> str:
        """Name as others see it."""
        return self.display_name or self.email

    def get_short_name(self) -> str:
        """First word of the name."""
        return self.get_full_name().split("@")[0].split(" ")[0]


class UserPreference(UUIDModel):
    """How one person likes the product."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="preference")
    last_workspace = models.ForeignKey(
        "workspaces.Workspace", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    enter_sends = models.BooleanField(default=True)
    shortcuts = models.BooleanField(default=True, db_default=True)
    undo_seconds = models.PositiveSmallIntegerField(default=10, validators=[MaxValueValidator(60)])
    inbox_layout = models.JSONField(default=dict, blank=True)
    time_display = models.CharField(max_length=16, choices=TimeDisplay.choices, default=TimeDisplay.WORKSPACE)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(undo_seconds__lte=60), name="preference_undo_seconds"),
        ]

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"
