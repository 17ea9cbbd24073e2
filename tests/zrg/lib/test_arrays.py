"""Arrays as text."""

from uuid import UUID

from zrg.lib.arrays import plain_array


def test_plain_array_is_a_literal_with_nulls():
    one = UUID("5d1f0c66-0d0f-4a52-9a1e-6d7a0b0a7c11")

    assert plain_array([one, None, "abc"]) == "{5d1f0c66-0d0f-4a52-9a1e-6d7a0b0a7c11,NULL,abc}"
    assert plain_array([]) == "{}"
