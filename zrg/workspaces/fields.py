"""Column types shared by several tables."""

from typing import Any

from django.db import models


class NormalisedEmailField(models.EmailField):
    """An address stored trimmed and in lower case, so that plain equality and a plain index serve.

    Row security lets only leakproof operators use an index; `lower(email) = …` is not one of them.
    """

    def to_python(self, value: Any) -> Any:
        """Normalise what forms and validation see."""
        value = super().to_python(value)
        return value.strip().lower() if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Normalise what is stored and looked up."""
        value = super().get_prep_value(value)
        return value.strip().lower() if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Keep the instance equal to what the row holds."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value
