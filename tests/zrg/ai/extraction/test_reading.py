"""From the bytes of a source to its text."""

import io
import zipfile

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from zrg.ai.extraction import ExtractionFailed, extract_text, kind_of

pytestmark = pytest.mark.unit

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: str, password: str = "") -> bytes:
    writer = pypdf.PdfWriter()
    for text in pages:
        page = writer.add_blank_page(200, 200)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
        )
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(*paragraphs: str, name: str = "word/document.xml", head: str = "") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')
    return out.getvalue()


def failure(data: bytes, name: str = "") -> str:
    with pytest.raises(ExtractionFailed) as failed:
        extract_text(data, name)
    return failed.value.code


def test_pdf_pages_follow_each_other():
    found = extract_text(pdf("Prices", "Terms"), "liar.txt")

    assert (found.kind, found.mime_type, found.text) == ("pdf", "application/pdf", "Prices\n\nTerms")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf("Prices", password="word"), "encrypted"),
        (pdf(""), "no_text"),
        (b"%PDF-1.7 and nothing of a PDF", "damaged"),
        (pdf("Prices")[:200], "damaged"),
    ],
)
def test_pdfs_without_text(data, code):
    assert failure(data) == code


def test_docx_paragraphs_are_lines():
    found = extract_text(docx("Prices", "199 &amp; up"), "prices.docx")

    assert (found.kind, found.text) == ("docx", "Prices\n199 & up")


def test_docx_with_entities_is_refused():
    assert failure(docx("x &a; y", head='<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>')) == "damaged"


def test_docx_bombs_are_refused():
    assert failure(docx("a" * (31 * 1024 * 1024))) == "too_large"


@pytest.mark.parametrize(
    "data",
    [
        docx("x", name="xl/workbook.xml"),
        b"PK\x03\x04 broken",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01\x01\x00",
        b"text with a \x00 in it",
    ],
)
def test_other_files_are_refused(data):
    assert failure(data, "innocent.txt") == "unsupported"


def test_html_keeps_what_people_read():
    page = """<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body>
      <script>alert(1)</script><h1>Prices</h1><p>From&nbsp;199 &euro;<br>a <b>month</b></p>
      <noscript>no</noscript><ul><li>one</li><li>two</li></ul><!-- secret -->
      <table><tr><td>a</td><td>b</td></tr></table>
      tail</body></html>"""

    found = extract_text(page.encode())

    assert found.kind == "html"
    assert [line for line in found.text.split("\n") if line] == [
        "Prices",
        "From 199 €",
        "a month",
        "one",
        "two",
        "a b",
        "tail",
    ]


def test_html_in_another_encoding():
    page = '<html><head><meta charset="iso-8859-1"></head><body>Größe</body></html>'

    assert extract_text(page.encode("iso-8859-1")).text == "Größe"
    assert extract_text("<p>Größe</p>".encode(), "page.html").text == "Größe"


@pytest.mark.parametrize(
    ("data", "name", "kind", "text"),
    [
        (b"# Prices\r\n\r\n\r\n\r\n199  a month ", "prices.md", "md", "# Prices\n\n199 a month"),
        (b"plan,price\nbasic,199\n", "prices.csv", "csv", "plan,price\nbasic,199"),
        ("Größe".encode("utf-8-sig"), "a.txt", "txt", "Größe"),
        ("Größe".encode("utf-16"), "a.txt", "txt", "Größe"),
        ("Größe".encode("cp1252"), "a", "txt", "Größe"),
    ],
)
def test_texts(data, name, kind, text):
    found = extract_text(data, name)

    assert (found.kind, found.text) == (kind, text)


@pytest.mark.parametrize("data", [b"", b" \n "])
def test_nothing_is_no_text(data):
    assert failure(data, "a.txt") == "no_text"


def test_the_text_is_cut():
    assert len(extract_text(b"x " * 200_000).text) == 180_000


def test_a_text_that_only_talks_of_html_is_text():
    assert kind_of(b"We write <html> by hand", "a.txt") == "txt"


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr("zrg.ai.extraction.reading.PDF_SECONDS", -1.0)

    with pytest.raises(ExtractionFailed) as failed:
        extract_text(pdf("Prices", "Terms"), "slow.pdf")

    assert failed.value.code == "too_slow"
