"""What all tests share: stable names for cases that are bytes."""

import pytest


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:  # noqa: ARG001
    """Name a case of bytes by its argument: packed data differs from process to process, and reads
    badly.
    """
    if isinstance(val, bytes) and (len(val) > 40 or not val.isascii() or b"\x00" in val):
        return f"{argname}-{len(val)}"
    return None
