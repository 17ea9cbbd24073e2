"""Saved views: one person's named filters of a workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from inbox.models import SavedView
from inbox.rules.saved_views import clean_name, clean_params, describe, view_query
from leads.errors import UnknownFilter
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.access import Access
from zrg.workspaces.models import User

MAX_VIEWS = 20
"""Per person, over all their workspaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownView:
    """A saved view with its link; `query` is None when one of its filters no longer exists."""

    id: UUID
    workspace_id: UUID
    workspace_name: str
    name: str
    params: Mapping[str, Sequence[str]]
    query: str | None
    words: str


def views_of(access: Access, workspace_id: UUID | None) -> list[ShownView]:
    """The person's views of one workspace, or of all they may open, by name. One query."""
    rows = SavedView.objects.of_person(access.user_id).filter(workspace_id__in=access.workspace_ids)
    if workspace_id is not None:
        rows = rows.in_workspace(workspace_id)
    return [_shown(view, access) for view in rows.by_name()]


def save_view(workspace_id: UUID, user: User, *, name: str, params: Mapping[str, Sequence[str]]) -> SavedView:
    """Keep these filters under a name; refuses a taken name, unknown filters and a twenty-first view."""
    name, kept = clean_name(name), clean_params(params)
    with transaction.atomic():
        # Two pages of one person must not both add the last one.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        if SavedView.objects.of_person(user.pk).count() >= MAX_VIEWS:
            raise BadInput(
                gettext("You have {max_views} saved views already. Delete one first.").format(max_views=MAX_VIEWS),
                code="too_many_views",
            )
        view = SavedView(workspace_id=workspace_id, user=user, name=name, params=kept)
        return _stored(view)


def view_of(access: Access, view_id: UUID) -> SavedView:
    """An own view, whatever its workspace."""
    views = SavedView.objects.of_person(access.user_id).filter(pk=view_id, workspace_id__in=access.workspace_ids)
    view = views.first()
    if view is None:
        raise NotVisible
    return view


def show_view(view: SavedView, access: Access) -> ShownView:
    """One view as lists show it."""
    return _shown(view, access)


def rename_view(workspace_id: UUID, view_id: UUID, user: User, *, name: str) -> SavedView:
    """Give an own view another name."""
    view = _own(workspace_id, view_id, user)
    view.name = clean_name(name)
    return _stored(view, update_fields=["name", "updated_at"])


def delete_view(workspace_id: UUID, view_id: UUID, user: User) -> None:
    """Forget an own view."""
    _own(workspace_id, view_id, user).delete()


def _own(workspace_id: UUID, view_id: UUID, user: User) -> SavedView:
    view = SavedView.objects.in_workspace(workspace_id).of_person(user.pk).filter(pk=view_id).first()
    if view is None:
        raise NotVisible
    return view


def _stored(view: SavedView, update_fields: list[str] | None = None) -> SavedView:
    try:
        with transaction.atomic():
            view.save(update_fields=update_fields)
    except IntegrityError as taken:
        if "savedview_name_unique" not in str(taken):
            raise
        raise BadInput(gettext("You already have a view with this name."), code="name_taken", field="name") from taken
    return view


def _shown(view: SavedView, access: Access) -> ShownView:
    try:
        kept = clean_params(view.params)
        query, words = view_query(kept), describe(kept)
    except UnknownFilter:
        query, words = None, gettext("One of its filters no longer exists.")
    return ShownView(
        id=view.pk,
        workspace_id=view.workspace_id,
        workspace_name=access.by_workspace[view.workspace_id].label,
        name=view.name,
        params=view.params,
        query=query,
        words=words,
    )
