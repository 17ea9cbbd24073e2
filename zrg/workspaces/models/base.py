"""Abstract bases of all tables."""

import uuid

from django.db import models


class UUIDModel(models.Model):
    """Random UUID as primary key: ids tell nothing and never collide between installations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class TimestampedModel(models.Model):
    """Creation and last change."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
