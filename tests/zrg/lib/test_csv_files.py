import csv
import io

import pytest

from zrg.lib.csv_files import UnreadableFile, count_records, csv_line, read_header, read_records, safe_cell

pytestmark = pytest.mark.unit


def read(content):
    stream = io.BytesIO(content)
    header = read_header(stream)
    return header, list(read_records(stream, header.format))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encoding_and_delimiter_are_detected(encoding, delimiter):
    text = f"Näme{delimiter}Ort\r\nJosé{delimiter}Köln\r\n"

    header, records = read(text.encode(encoding))

    assert header.columns == ("Näme", "Ort")
    assert header.format.delimiter == delimiter
    assert [(record.line, record.cells) for record in records] == [(2, ("José", "Köln"))]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\n3,4\n", 2),
        (b"a,b\n\n , \n\x00,\n1,2\n", 1),
        (b"a\n", 0),
        (b'a,b\n"x\ny",1\n', 1),
        (b"\n\na\n1\n", 1),
    ],
)
def test_records_are_counted_as_they_are_read(content, rows):
    stream = io.BytesIO(content)
    header = read_header(stream)

    assert len(list(read_records(stream, header.format))) == rows
    assert count_records(stream, header.format, stop_after=10) == rows
    assert count_records(stream, header.format, stop_after=0) == min(rows, 1)


def test_lines_are_those_of_the_file_and_blank_ones_are_left_out():
    _, records = read(b'a,b\n\n"one\ntwo",x\n , \nlast,\x00y\n')

    assert [(record.line, record.cells) for record in records] == [(3, ("one\ntwo", "x")), (6, ("last", "y"))]


def test_names_of_columns_are_made_unique():
    header, _ = read(b"Name,,Name, name ,Name\n1,2,3,4,5\n")

    assert header.columns == ("Name", "Column 2", "Name (2)", "name", "Name (3)")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n ,\n", "empty_file"),
        (b"dana@x.example,Dana\n", "header_missing"),
        (b"PK\x03\x04rest", "not_csv"),
        (b"\xd0\xcf\x11\xe0rest", "not_csv"),
        (b"%PDF-1.7", "not_csv"),
    ],
)
def test_files_that_are_none_are_refused_with_a_code(content, code):
    with pytest.raises(UnreadableFile) as refused:
        read(content)

    assert refused.value.code == code


def test_cell_that_is_too_long_is_refused_with_its_line():
    with pytest.raises(UnreadableFile) as refused:
        read(b"a,b\n1,2\n" + b"x" * 200_000 + b",y\n")

    assert (refused.value.code, refused.value.data["line"]) == ("malformed_csv", 3)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("+14155552671", "+14155552671"),
        ("+1415555267=1", "'+1415555267=1"),
        ("+14155552671\n", "'+14155552671\n"),
        ("Dana", "Dana"),
        ("a=1", "a=1"),
        (None, ""),
        (0, "0"),
    ],
)
def test_hard_12_csv_injection(value, cell):
    assert safe_cell(value) == cell
    assert next(csv.reader(io.StringIO(csv_line([value, "x"]), newline=""))) == [cell, "x"]
