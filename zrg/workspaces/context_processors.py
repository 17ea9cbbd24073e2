"""What the shell of every page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from zrg.workspaces.access import Access
from zrg.workspaces.models import SystemNotice


def shell(request: HttpRequest) -> dict[str, Any]:
    """The nonce, the person's workspaces and the banners; evaluated only when a template asks."""
    access: Access | None = getattr(request, "access", None)
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "access": access,
        "notices": _notices if access is not None else [],
    }


def _notices() -> list[SystemNotice]:
    return list(SystemNotice.objects.showing_at(timezone.now()))
