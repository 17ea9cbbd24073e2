"""The smallest pictures of each kind."""

import struct
import zlib


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*, width: int = 1, height: int = 1, points: bytes = b"\x00\x10\x20\x30", more: bytes = b"") -> bytes:
    """Red, green and blue, eight bits each."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(points))
    return b"\x89PNG\r\n\x1a\n" + head + more + body + png_chunk(b"IEND", b"")


def jpeg(*, width: int = 1, height: int = 1, more: bytes = b"") -> bytes:
    """The parts of a grey picture; its scan holds a stuffed byte."""
    note = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + note + more + frame + scan + b"\xff\xd9"


def webp(*, more: bytes = b"") -> bytes:
    """One lossless point."""
    points = b"\x2f\x00\x00\x00\x00\x07\x10\x11"
    body = b"WEBP" + b"VP8L" + struct.pack("<I", len(points)) + points + more
    return b"RIFF" + struct.pack("<I", len(body)) + body
