"""Pictures are written anew: what is no picture is refused, what is hidden in one is gone."""

import struct
import zlib

import pytest

from tests.support.pictures import jpeg, png, png_chunk, webp
from zrg.lib.images import MAX_IMAGE_BYTES, BadImage, clean_image

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("picture", "content_type", "extension"),
    [(png(), "image/png", "png"), (jpeg(), "image/jpeg", "jpg"), (webp(), "image/webp", "webp")],
    ids=["png", "jpg", "webp"],
)
def test_pictures_are_told_by_their_bytes_and_stay_the_same(picture: bytes, content_type: str, extension: str) -> None:
    made = clean_image(picture)

    assert (made.content_type, made.extension) == (content_type, extension)
    assert clean_image(made.content) == made


def test_png_points_stay_the_same() -> None:
    made = clean_image(png(width=2, height=2, points=b"\x00\x01\x02\x03\x04\x05\x06" * 2)).content

    at = made.index(b"IDAT")
    (size,) = struct.unpack_from(">I", made, at - 4)
    assert zlib.decompress(made[at + 4 : at + 4 + size]) == b"\x00\x01\x02\x03\x04\x05\x06" * 2


@pytest.mark.parametrize(
    "picture",
    [
        png(more=png_chunk(b"tEXt", b"Comment\x00" + SCRIPT)) + SCRIPT,
        jpeg(more=b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT) + SCRIPT,
        jpeg(more=b"\xff\xe1" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT),
        webp(more=b"EXIF" + struct.pack("<I", len(SCRIPT)) + SCRIPT + b"\x00") + SCRIPT,
    ],
    ids=["png text and tail", "jpg comment and tail", "jpg exif", "webp exif and tail"],
)
def test_nothing_but_the_picture_survives(picture: bytes) -> None:
    assert SCRIPT not in clean_image(picture).content


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"GIF89a" + b"\x00" * 40,
        b"",
        b"%PDF-1.7",
        png()[:40],
        png().replace(b"IDAT", b"IDAX"),
        jpeg()[:30],
        webp()[:20],
        png(width=60_000, height=60_000),
        jpeg(width=60_000),
        b"\x89PNG\r\n\x1a\n" + b"\x00" * MAX_IMAGE_BYTES,
    ],
    ids=[
        *("svg", "svg with a declaration", "gif", "nothing", "pdf", "half a png", "broken png", "half a jpg"),
        *("half a webp", "huge png", "huge jpg", "too many bytes"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadImage):
        clean_image(data)


def test_a_picture_that_unfolds_to_more_points_than_it_says_is_refused() -> None:
    with pytest.raises(BadImage):
        clean_image(png(width=1, height=1, points=b"\x00" * 5_000_000))
