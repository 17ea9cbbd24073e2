"""Files people send: how large a request may be at all."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# The largest file anybody may send (imports: 50 MB) and the form around it.
MAX_REQUEST_BYTES = 51 * 1024 * 1024


class BoundedUploads(FileUploadHandler):
    """Refuses a request by its announced length, before a byte of it is written to disk.

    A form is read to look for its token, also for people who are not signed in; what they send would
    otherwise fill the disk first and be refused afterwards.
    """

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        """Raise when the request is too long; the next handlers do the work otherwise."""
        if content_length > MAX_REQUEST_BYTES:
            raise RequestDataTooBig("The request is too large.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand everything on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing is kept here."""
