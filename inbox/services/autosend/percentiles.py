"""A percentile the database computes."""

from typing import Any

from django.db.models import Aggregate, FloatField
from django.db.models.expressions import Combinable


class Percentile(Aggregate):
    """`percentile_cont(fraction)` of an expression; `inner` wraps its SQL. None without rows."""

    function = "percentile_cont"
    name = "Percentile"
    output_field = FloatField()
    allow_distinct = False

    def __init__(self, expression: Combinable, *, fraction: float, inner: str = "%(expressions)s", **extra: Any):
        self.template = f"percentile_cont({fraction:.4f}) WITHIN GROUP (ORDER BY {inner})"
        super().__init__(expression, **extra)
