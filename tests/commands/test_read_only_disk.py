"""A collection on a disk that nobody can write to: a published snapshot, a DVD, a backup that is
mounted.
"""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ON_READ_ONLY = (
    'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" -C "$1"'
    ' search "$3" --format jsonl'
)


def test_a_collection_on_a_read_only_disk_is_searched(collection: Path) -> None:
    """WAL asks for a file beside the database; where none can be made, the database is read as it
    stands.
    """
    with closing(
        sqlite3.connect(collection / "index.db")
    ) as last:  # whoever writes last takes the log away
        last.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not (collection / "index.db-wal").exists()
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", ON_READ_ONLY, "sh"]
    if subprocess.run([*command[:3], "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a folder for itself")
    script = Path(sys.executable).parent / "warraq"
    done = subprocess.run(
        [*command, collection, script, "وراقين"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"title"' in done.stdout
