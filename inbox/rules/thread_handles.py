"""Thread handles as the inbox uses them; they are made one floor below, where events are parsed."""

from zrg.lib.thread_handles import (
    BadHandle,
    EncodedHandle,
    ThreadHandle,
    decode_thread_handle,
    encode_thread_handle,
    is_hashed,
)

__all__ = ["BadHandle", "EncodedHandle", "ThreadHandle", "decode_thread_handle", "encode_thread_handle", "is_hashed"]
