"""From the bytes of a source to its text; the bytes decide what it is, a name only tells texts apart (05 R28)."""

import codecs
import io
import re
import time
import zipfile
from dataclasses import dataclass
from typing import Literal

import pypdf
from lxml import etree, html
from pypdf.errors import PyPdfError

from zrg.lib.text import storable

Kind = Literal["pdf", "docx", "html", "csv", "md", "txt"]

MAX_CHARS = 180_000
MAX_PDF_PAGES = 500
PDF_SECONDS = 60.0
"""For the pages of a PDF, looked at between two pages; some are drawn so that reading them takes hours."""
MAX_DOCUMENT_XML_BYTES = 30 * 1024 * 1024
MIME_TYPES: dict[Kind, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "csv": "text/csv",
    "md": "text/markdown",
    "txt": "text/plain",
}

_HTML_START = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object", "head"})
_BLOCKS = (
    frozenset({"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figure"})
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"}
    | {"section", "table", "tr", "ul"}
)


class ExtractionFailed(Exception):
    """No text: `code` for programs, the message for the person who gave the source."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text, cut to 180 000 characters, and what the source was."""

    kind: Kind
    text: str

    @property
    def mime_type(self) -> str:
        """The media type of the source."""
        return MIME_TYPES[self.kind]


def extract_text(data: bytes, name: str = "") -> Extracted:
    """The text of a PDF, Word document, web page or plain text; ExtractionFailed for anything else or no text."""
    kind = kind_of(data, name)
    if kind == "pdf":
        text = _pdf_text(data)
    elif kind == "docx":
        text = _docx_text(data)
    elif kind == "html":
        text = _html_text(data)
    else:
        text = _decoded(data)
    text = _tidy(text)
    if not text:
        raise ExtractionFailed("no_text", "There is no text in it (a scanned document holds pictures only).")
    return Extracted(kind=kind, text=text[:MAX_CHARS])


def kind_of(data: bytes, name: str = "") -> Kind:
    """What the bytes are; ExtractionFailed for a kind that is not read."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK"):
        if _is_docx(data):
            return "docx"
        raise ExtractionFailed("unsupported", "This kind of file is not read.")
    if _HTML_START.match(data[:4096]):
        return "html"
    _decoded(data[:65_536], final=False)
    ending = name.lower().rpartition(".")[2]
    if ending in ("html", "htm"):
        return "html"
    return "csv" if ending == "csv" else "md" if ending in ("md", "markdown") else "txt"


def _pdf_text(data: bytes) -> str:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ExtractionFailed("encrypted", "The PDF is protected by a password.")
        parts: list[str] = []
        length = 0
        ends = time.monotonic() + PDF_SECONDS
        for page in reader.pages[:MAX_PDF_PAGES]:
            if time.monotonic() > ends:
                raise ExtractionFailed("too_slow", "Reading this PDF takes too long. Give its text as a text file.")
            parts.append(page.extract_text())
            length += len(parts[-1])
            if length > MAX_CHARS:
                break
    # What a broken file makes the library raise is open-ended.
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OSError) as error:
        raise ExtractionFailed("damaged", "The PDF cannot be read.") from error
    return "\n\n".join(parts)


def _is_docx(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _docx_text(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as document:
            xml = document.read(MAX_DOCUMENT_XML_BYTES + 1)
        if len(xml) > MAX_DOCUMENT_XML_BYTES:
            raise ExtractionFailed("too_large", "The document is too large.")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(xml, parser)
        if root.getroottree().docinfo.doctype:  # no Word document has one; entities would be the only reason
            raise ExtractionFailed("damaged", "The document cannot be read.")
    except (zipfile.BadZipFile, etree.XMLSyntaxError, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise ExtractionFailed("damaged", "The document cannot be read.") from error
    return "\n".join(_paragraph(paragraph) for paragraph in root.iter(f"{_WORD}p"))


def _paragraph(paragraph: etree._Element) -> str:
    words = []
    for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br"):
        words.append(node.text or "" if node.tag == f"{_WORD}t" else "\t" if node.tag == f"{_WORD}tab" else "\n")
    return "".join(words)


def _html_text(data: bytes) -> str:
    parser = html.HTMLParser(encoding=_html_encoding(data), remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ExtractionFailed("damaged", "The page cannot be read.") from error
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            pieces.append("\n" if tag in _BLOCKS else " " if tag in ("td", "th") else "")
            if not _is_silent(node):
                pieces.append(_inline(node.text))
        else:
            pieces.append("\n" if tag in _BLOCKS else "")
            parent = node.getparent()
            if parent is not None and not _is_silent(parent):
                pieces.append(_inline(node.tail))
    return "".join(pieces)


def _is_silent(node: etree._Element | None) -> bool:
    while node is not None:
        if node.tag in _SILENT:
            return True
        node = node.getparent()
    return False


def _inline(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _html_encoding(data: bytes) -> str | None:
    """UTF-8 where the bytes are that; otherwise what the page says of itself."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _decoded(data: bytes, *, final: bool = True) -> str:
    """Plain text in UTF-8, UTF-16 (with its mark) or Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")(errors="replace").decode(data, final)
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in data[:65_536]):
        raise ExtractionFailed("unsupported", "This kind of file is not read.")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data, final)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _tidy(text: str) -> str:
    """Without trailing blanks and with at most one empty line in a row."""
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in storable(text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
