"""Shapes of requests and answers, for the OpenAPI schema."""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

Skipped = inline_serializer(
    "BulkSkipped",
    {"id": serializers.UUIDField(), "name": serializers.CharField(), "reason": serializers.CharField()},
    many=True,
)
BulkActions = inline_serializer(
    "BulkActions",
    {
        "actions": inline_serializer(
            "BulkAction",
            {
                "action": serializers.CharField(),
                "group": serializers.CharField(),
                "undoable": serializers.BooleanField(),
                "values": inline_serializer(
                    "BulkValue", {"value": serializers.CharField(), "label": serializers.CharField()}, many=True
                ),
            },
            many=True,
        )
    },
)


def _wish() -> dict[str, serializers.Field]:  # type: ignore[type-arg]
    return {
        "clientId": serializers.UUIDField(),
        "action": serializers.CharField(),
        "value": serializers.CharField(allow_blank=True, required=False),
        "leadIds": serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=200),
    }


BulkWish = inline_serializer("BulkWish", _wish())
BulkStart = inline_serializer("BulkStart", {**_wish(), "idempotencyKey": serializers.UUIDField(required=False)})
BulkPlan = inline_serializer(
    "BulkPlan",
    {
        "label": serializers.CharField(),
        "consequence": serializers.CharField(),
        "leadIds": serializers.ListField(child=serializers.UUIDField()),
        "skipped": Skipped,
        "unavailable": serializers.IntegerField(),
    },
)
BulkRun = inline_serializer(
    "BulkRun",
    {
        "id": serializers.UUIDField(),
        "clientId": serializers.UUIDField(),
        "action": serializers.CharField(),
        "value": serializers.CharField(),
        "label": serializers.CharField(),
        "state": serializers.ChoiceField(choices=["running", "done", "undoing", "undone"]),
        "busy": serializers.BooleanField(),
        "total": serializers.IntegerField(),
        "waiting": serializers.IntegerField(),
        "done": serializers.IntegerField(),
        "undone": serializers.IntegerField(),
        "skipped": Skipped,
        "undoable": serializers.BooleanField(),
    },
)
SavedView = inline_serializer(
    "SavedView",
    {
        "id": serializers.UUIDField(),
        "clientId": serializers.UUIDField(),
        "name": serializers.CharField(),
        "params": serializers.DictField(child=serializers.ListField(child=serializers.CharField())),
        "query": serializers.CharField(allow_null=True),
        "description": serializers.CharField(),
    },
)
SavedViewList = inline_serializer(
    "SavedViewList",
    {"views": serializers.ListField(child=SavedView), "max": serializers.IntegerField()},
)
SavedViewName = inline_serializer("SavedViewName", {"name": serializers.CharField(max_length=60)})
SavedViewNew = inline_serializer(
    "SavedViewNew",
    {
        "clientId": serializers.UUIDField(),
        "name": serializers.CharField(max_length=60),
        "params": serializers.DictField(child=serializers.ListField(child=serializers.CharField())),
    },
)
