"""Sessions in the database whose key may change while others of their requests are on the way."""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.utils import timezone

SUCCESSOR = "zrg_successor"
# A browser sends several requests at once, and an answer that carries the new key may be lost.
GRACE = timedelta(minutes=1)


class SessionStore(DatabaseStore):
    """After `rotate` the old key leads to the new one for `GRACE`: whoever still sends it goes on under the new key.

    Nothing else is kept under the old key, so that a session that is ended is ended under both.
    """

    def load(self) -> dict[str, Any]:
        """The data of the session, of the one that followed it when its key was changed."""
        data: dict[str, Any] = super().load()
        while successor := data.get(SUCCESSOR):
            # The browser has to hear of the new key.
            self._session_key, self.modified = successor, True
            data = super().load()
        return data

    def save(self, must_create: bool = False) -> None:
        """As ever; under the new key when another request changed it since this one began."""
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        with transaction.atomic():
            self._session_key = self._newest()
            super().save()

    def rotate(self) -> bool:
        """Change the key, once for all requests that ask for it at the same time; False when another one did.

        A session that has ended meanwhile stays ended: its next save raises `UpdateError`.
        """
        old = self.session_key
        with transaction.atomic():
            newest = self._newest()
            if newest != old:
                self._session_key, self.modified = newest, True
                self._session_cache = self.load()
                return False
            rows = self.model.objects.filter(session_key=old)
            if not rows.exists():
                return False
            self.create()
            rows.update(session_data=self.encode({SUCCESSOR: self.session_key}), expire_date=timezone.now() + GRACE)
        return True

    def _newest(self) -> str | None:
        """The key this session has by now; nobody changes it until the transaction ends."""
        key = self.session_key
        while row := self.model.objects.select_for_update().filter(session_key=key).first():
            successor = row.get_decoded().get(SUCCESSOR)
            if successor is None:
                break
            key = successor
        return key
