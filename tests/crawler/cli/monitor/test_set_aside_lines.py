"""Bytes that were set aside are never forgotten: `status` and `verify` go on saying so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any


def test_status_and_verify_say_it(run: Any, crawled: Any, tmp_path: Path) -> None:
    """In a line on standard error, not with `-q`, and as a value in the JSON form; nothing is said
    where nothing was set aside.
    """
    folder = tmp_path / "c"
    shutil.copytree(crawled.folder, folder)
    assert "set aside" not in run("-C", folder, "status").err + run("-C", folder, "verify").err
    warc = next((folder / "archive").glob("*.warc.gz"))
    warc.with_name(f"{warc.name}.torn-7").write_bytes(b"torn")
    told = f"set aside: 4 bytes of {warc.name} that were damaged: {warc.name}.torn-7"
    assert told in run("-C", folder, "status").err
    assert told in run("-C", folder, "verify").err
    assert "set aside" not in run("-q", "-C", folder, "status").err
    (row,) = json.loads(run("-C", folder, "status", "--json").out)["set_aside"]
    assert (row["warc"], row["offset"], row["size"]) == (warc.name, 7, 4)
