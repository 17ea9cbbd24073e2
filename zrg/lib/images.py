"""Pictures people upload, written anew from the parts a picture needs.

Nothing else survives: no metadata, no text, no bytes behind the end, no second file in the same bytes. What a
picture is, is told by its bytes and never by its name. Pure.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

MAX_IMAGE_BYTES = 5 * 1024 * 1024
# Larger than any logo on a page; a picture of few bytes can unfold to billions of points.
MAX_SIDE = 2_048

PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset([b"IHDR", b"PLTE", b"tRNS", b"IDAT"])
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_WEBP_KEPT = frozenset([b"VP8 ", b"VP8L", b"ALPH"])
_JPEG_FRAMES = frozenset([0xC0, 0xC1, 0xC2])
# Tables, frame, scan, restart interval, and the two notes on colours.
_JPEG_KEPT = _JPEG_FRAMES | {0xC4, 0xDB, 0xDD, 0xE0, 0xEE}
_ALPHA = 0x10


class BadImage(ValueError):
    """Not a picture this product takes; the text is for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanImage:
    """A picture written anew. `extension` has no dot."""

    content: bytes
    content_type: str
    extension: str


def clean_image(data: bytes) -> CleanImage:
    """The same picture from its necessary parts; `BadImage` for anything but PNG, JPG and WebP within limits."""
    if len(data) > MAX_IMAGE_BYTES:
        raise BadImage(gettext("The picture has more than 5 MB."))
    try:
        if data.startswith(PNG_START):
            return CleanImage(content=_png(data), content_type="image/png", extension="png")
        if data.startswith(b"\xff\xd8\xff"):
            return CleanImage(content=_jpeg(data), content_type="image/jpeg", extension="jpg")
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return CleanImage(content=_webp(data), content_type="image/webp", extension="webp")
    except (struct.error, zlib.error, IndexError) as error:
        raise BadImage(gettext("The picture is damaged.")) from error
    raise BadImage(gettext("Only PNG, JPG and WebP pictures are taken."))


def _png(data: bytes) -> bytes:
    chunks = [(kind, body) for kind, body in _png_chunks(data) if kind in _PNG_KEPT]
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise BadImage(gettext("The picture is damaged."))
    width, height, depth, colour, *_rest, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    _check_size(width, height)
    if colour not in _PNG_CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise BadImage(gettext("The picture is damaged."))
    # A row is its points and a filter byte; interlaced pictures have up to twice the rows.
    most = (width * _PNG_CHANNELS[colour] * depth // 8 + 2) * height * (2 if interlace else 1) + 64
    unpacker = zlib.decompressobj()
    points = unpacker.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"), most)
    if not points or not unpacker.eof:
        raise BadImage(gettext("The picture is damaged."))
    before = [_png_chunk(kind, body) for kind, body in chunks if kind != b"IDAT"]
    return b"".join([PNG_START, *before, _png_chunk(b"IDAT", zlib.compress(points, 9)), _png_chunk(b"IEND", b"")])


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_START)
    while True:
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack_from(">I", data, at + 8 + size)
        if checksum != zlib.crc32(kind + body):
            raise BadImage(gettext("The picture is damaged."))
        if kind == b"IEND":
            return
        yield kind, body
        at += 12 + size


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _jpeg(data: bytes) -> bytes:
    kept, at, framed = [b"\xff\xd8"], 2, False
    while True:
        if data[at] != 0xFF:
            raise BadImage(gettext("The picture is damaged."))
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            break
        (size,) = struct.unpack_from(">H", data, at + 2)
        segment, at = data[at : at + 2 + size], at + 2 + size
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            _check_size(width, height)
            framed = True
        if marker == 0xDA:
            end = _scan_end(data, at)
            kept.append(segment + data[at:end])
            at = end
        elif marker in _JPEG_KEPT:
            # A thumbnail may follow the first fourteen bytes of the note on colours.
            kept.append(b"\xff\xe0\x00\x10" + segment[4:16] + b"\x00\x00" if marker == 0xE0 else segment)
    if not framed or len(kept) < 3:
        raise BadImage(gettext("The picture is damaged."))
    return b"".join([*kept, b"\xff\xd9"])


def _scan_end(data: bytes, at: int) -> int:
    """Where the points of a scan end: at the next marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise BadImage(gettext("The picture is damaged."))
        following = data[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _webp(data: bytes) -> bytes:
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    parts: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + size]
        if len(body) != size:
            raise BadImage(gettext("The picture is damaged."))
        if kind in (b"ANIM", b"ANMF"):
            raise BadImage(gettext("Pictures that move are not taken."))
        if kind in _WEBP_KEPT:
            parts.setdefault(kind, body)
        at += 8 + size + size % 2
    picture = b"VP8L" if b"VP8L" in parts else b"VP8 "
    width, height = _webp_size(picture, parts.get(picture, b""))
    _check_size(width, height)
    chunks = [_webp_chunk(picture, parts[picture])]
    if picture == b"VP8 " and b"ALPH" in parts:
        canvas = struct.pack("<I", _ALPHA) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks = [_webp_chunk(b"VP8X", canvas), _webp_chunk(b"ALPH", parts[b"ALPH"]), *chunks]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind == b"VP8L" and body[:1] == b"\x2f":
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    raise BadImage(gettext("The picture is damaged."))


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise BadImage(gettext("A picture has 1 to {max_side} points on each side.").format(max_side=MAX_SIDE))
