"""The stored file of an import: kept under a random name, read as a stream, never served."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import uuid4

from django.core.files.base import File

from leads.errors import ImportFileGone
from leads.models import LeadImportJob
from zrg.lib.csv_files import CsvHeader, CsvRecord, UnreadableFile, count_records, read_header, read_records

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_NAME = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """Header and number of data rows of a file within the limits."""

    header: CsvHeader
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """An open import: its header and, once, its records."""

    header: CsvHeader
    records: Iterator[CsvRecord]


def summarise(stream: BinaryIO, size: int) -> FileSummary:
    """Read the whole file once; raises `UnreadableFile` with the limit it breaks."""
    if size > MAX_BYTES:
        raise UnreadableFile("The file is larger than 50 MB.", code="file_too_large", http_status=413)
    header = read_header(stream)
    if len(header.columns) > MAX_COLUMNS:
        raise UnreadableFile(f"More than {MAX_COLUMNS} columns.", code="too_many_columns")
    rows = count_records(stream, header.format, stop_after=MAX_ROWS)
    if rows > MAX_ROWS:
        raise UnreadableFile(f"More than {MAX_ROWS:,} rows. Split the file.", code="too_many_rows")
    if rows == 0:
        raise UnreadableFile("There is nothing below the header.", code="no_rows")
    return FileSummary(header=header, rows=rows)


def store_file(job: LeadImportJob, name: str, content: File) -> None:  # type: ignore[type-arg]
    """Keep the content under a name that tells nothing; the given name is only shown."""
    content.seek(0)
    job.file.save(f"{uuid4().hex}.csv", content, save=False)
    job.file_name = name.replace("\0", "").replace("\\", "/").rpartition("/")[2][:MAX_NAME]
    job.file_size = content.size


@contextmanager
def open_file(job: LeadImportJob) -> Iterator[OpenFile]:
    """The file with its header read; raises `ImportFileGone` after its time."""
    if not job.file.name:
        raise ImportFileGone
    try:
        stream = job.file.storage.open(job.file.name, "rb")
    except FileNotFoundError as error:
        raise ImportFileGone from error
    with stream:
        raw = cast("BinaryIO", stream.file)
        header = read_header(raw)
        yield OpenFile(header=header, records=read_records(raw, header.format))
