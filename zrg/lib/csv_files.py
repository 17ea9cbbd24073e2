"""CSV as people send it and as spreadsheets open it: encoding, delimiter, header, records, harmless cells."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Literal

from django.utils.translation import gettext

from zrg.lib.addresses import normalize_email
from zrg.lib.errors import BadInput

DELIMITERS = (",", ";", "\t")
CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 64 * 1024
MAX_HEADER_CHARS = 120
BOM = "\ufeff"

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")

Encoding = Literal["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


class UnreadableFile(BadInput):
    """The file is no CSV we can read; `code` says why."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFormat:
    """How a file is written."""

    encoding: Encoding
    delimiter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRecord:
    """One record; `line` is where it starts in the file, counted from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvHeader:
    """The names of the columns, made unique, and how the file is written."""

    columns: tuple[str, ...]
    format: CsvFormat


def read_header(stream: BinaryIO) -> CsvHeader:
    """Detect encoding and delimiter and read the first record; raises `UnreadableFile`."""
    encoding = _detect_encoding(stream)
    found = [(delimiter, _first_record(stream, encoding, delimiter)) for delimiter in DELIMITERS]
    delimiter, first = max(found, key=lambda one: len(one[1]))
    if not any(cell.strip("".join(DELIMITERS)) for cell in first):
        raise UnreadableFile(gettext("The file is empty."), code="empty_file")
    if any(normalize_email(cell) for cell in first):
        raise UnreadableFile(gettext("The first line has to name the columns."), code="header_missing")
    return CsvHeader(columns=_unique_names(first), format=CsvFormat(encoding=encoding, delimiter=delimiter))


def read_records(stream: BinaryIO, file_format: CsvFormat) -> Iterator[CsvRecord]:
    """Every record below the header that is not blank; NUL characters are removed. Streams the file."""
    records = _records(stream, file_format.encoding, file_format.delimiter)
    next(records, None)
    yield from records


def count_records(stream: BinaryIO, file_format: CsvFormat, *, stop_after: int) -> int:
    """How many records `read_records` yields, at most one more than `stop_after`; quick on large files."""
    rows = _rows(stream, file_format.encoding, file_format.delimiter)
    filled = (cells for _line, cells in rows if "".join(cells).replace("\0", "").strip())
    next(filled, None)
    return sum(1 for _cells in islice(filled, stop_after + 1))


def safe_cell(value: object) -> str:
    """A value as a cell no spreadsheet program executes: a leading `'` before what could be a formula.

    A whole E.164 phone number stays as it is.
    """
    text = "" if value is None else str(value)
    if text.startswith(_FORMULA) and not _E164.fullmatch(text):
        return f"'{text}"
    return text


def plain_cell(text: str) -> str:
    """What `safe_cell` was given: a file of ours that comes back is read as it was meant."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def csv_line(values: Iterable[object]) -> str:
    """One record as RFC 4180 text, every cell harmless."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([safe_cell(value) for value in values])
    return buffer.getvalue()


def _detect_encoding(stream: BinaryIO) -> Encoding:
    stream.seek(0)
    sample = stream.read(SAMPLE_BYTES)
    if sample.startswith(_NOT_TEXT):
        raise UnreadableFile(gettext("This is no CSV file. Save the sheet as CSV first."), code="not_csv")
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (zeros := sample.count(0)) > len(sample) // 4:
        # Latin text in UTF-16 without its mark: every second byte is zero.
        return "utf-16-le" if sample[1::2].count(0) * 2 > zeros else "utf-16-be"
    return "utf-8-sig" if _is_utf8(stream) else "cp1252"


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    stream.seek(0)
    try:
        while piece := stream.read(CHUNK_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _first_record(stream: BinaryIO, encoding: Encoding, delimiter: str) -> tuple[str, ...]:
    first = next(_records(stream, encoding, delimiter), None)
    return first.cells if first is not None else ()


def _records(stream: BinaryIO, encoding: Encoding, delimiter: str) -> Iterator[CsvRecord]:
    for line, cells in _rows(stream, encoding, delimiter):
        cleaned = tuple(plain_cell(cell.replace("\0", "").strip()) for cell in cells)
        if any(cleaned):
            yield CsvRecord(line=line, cells=cleaned)


def _rows(stream: BinaryIO, encoding: Encoding, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    reader = csv.reader(text, delimiter=delimiter)
    try:
        line = 1
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"Line {reader.line_num} cannot be read."
        raise UnreadableFile(message, code="malformed_csv", line=reader.line_num) from error
    finally:
        # The file is the caller's to close.
        if not stream.closed:
            text.detach()


def _unique_names(cells: Iterable[str]) -> tuple[str, ...]:
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.lstrip(BOM).split())[:MAX_HEADER_CHARS] or f"Column {number}"
        unique, copy = name, 2
        while unique in names:
            unique, copy = f"{name} ({copy})", copy + 1
        names.append(unique)
    return tuple(names)
