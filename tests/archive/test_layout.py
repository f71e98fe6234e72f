"""A collection's folder: made once, found by three ways, written by one process at a time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import CollectionBusyError, NewerCollectionError, StorageError, UsageError
from archive.fixity import index_seal
from archive.index.writer import Index
from archive.layout import CollectionFolder

CONFIG = '[collection]\nname = "x"\n'

HOLD = """
import sys, time
from pathlib import Path
from archive.layout import CollectionFolder
with CollectionFolder(Path(sys.argv[1])).write_lock():
    print("held", flush=True)
    time.sleep(60)
"""


def hold(layout: CollectionFolder) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(layout.root)], stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def test_create_makes_what_the_contract_draws(tmp_path: Path) -> None:
    """A new collection has its configuration and its folders, and no index before there is
    something to index.
    """
    layout = CollectionFolder.create(tmp_path / "new", CONFIG)
    made = sorted(path.name for path in layout.root.iterdir())
    assert made == ["archive", "indexes", "state", "warraq.toml"]
    assert layout.config.read_text() == CONFIG
    assert layout.cdxj == layout.root / "indexes" / "index.cdxj"
    assert layout.config.stat().st_mode & 0o007 == 0


def test_create_never_overwrites(tmp_path: Path) -> None:
    """A second `create` in the same folder is refused and leaves the first configuration as it
    was.
    """
    CollectionFolder.create(tmp_path, CONFIG)
    with pytest.raises(UsageError, match="nothing was changed"):
        CollectionFolder.create(tmp_path, "other")
    assert (tmp_path / "warraq.toml").read_text() == CONFIG


def test_create_where_a_file_stands(tmp_path: Path) -> None:
    """A file in the place of a folder is named instead of a traceback."""
    (tmp_path / "archive").write_text("")
    with pytest.raises((UsageError, StorageError), match="archive"):
        CollectionFolder.create(tmp_path, CONFIG)


def test_find_by_option_environment_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-C` wins over the environment variable, which wins over the current folder."""
    for name in ("a", "b", "c"):
        CollectionFolder.create(tmp_path / name, CONFIG)
    monkeypatch.chdir(tmp_path / "c")
    monkeypatch.delenv("WARRAQ_COLLECTION", raising=False)
    assert CollectionFolder.locate().root == tmp_path / "c"
    monkeypatch.setenv("WARRAQ_COLLECTION", str(tmp_path / "b"))
    assert CollectionFolder.locate().root == tmp_path / "b"
    assert CollectionFolder.locate(tmp_path / "a").root == tmp_path / "a"


def test_find_refuses_another_folder(tmp_path: Path) -> None:
    """A folder that is no collection is named, with what to do."""
    with pytest.raises(UsageError, match="warraq init"):
        CollectionFolder.locate(tmp_path)


def test_find_refuses_a_newer_collection(tmp_path: Path) -> None:
    """A collection of a newer format is refused before anything in it is touched."""
    layout = CollectionFolder.create(tmp_path, CONFIG + "format = 99\n")
    with pytest.raises(NewerCollectionError):
        CollectionFolder.locate(layout.root)


def test_second_writer_is_told_at_once_who_holds_it(tmp_path: Path) -> None:
    """While one process writes, another is refused at once and told its number and since when."""
    layout = CollectionFolder.create(tmp_path, CONFIG)
    process = hold(layout)
    try:
        began = time.monotonic()
        with (
            pytest.raises(
                CollectionBusyError, match=rf"process {process.pid} .*since \d{{4}}-"
            ) as refusal,
            layout.write_lock(),
        ):
            pass
        assert time.monotonic() - began < 1
        assert refusal.value.exit_code == 75
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    """After kill -9 of a writer the next one gets the lock, whatever the old one left in its
    files.
    """
    layout = CollectionFolder.create(tmp_path, CONFIG)
    process = hold(layout)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout
    process.stdout.close()
    assert "process" in layout.describe_lock_holder()
    with layout.write_lock():
        assert f"process {os.getpid()} " in layout.describe_lock_holder()
    assert layout.describe_lock_holder() == "another process"


def test_lock_in_a_deleted_state_folder(tmp_path: Path) -> None:
    """`state/` may be deleted: the lock makes it anew."""
    layout = CollectionFolder.create(tmp_path, CONFIG)
    layout.state.rmdir()
    with layout.write_lock():
        assert layout.lock.exists()


def test_an_error_inside_is_not_mistaken_for_the_locks(tmp_path: Path) -> None:
    """An error of the work under the lock comes out as it is, and the lock is free again."""
    layout = CollectionFolder.create(tmp_path, CONFIG)
    with pytest.raises(PermissionError, match="mine"), layout.write_lock():
        raise PermissionError("mine")
    with layout.write_lock():
        pass


def test_unreadable_signature_is_tolerated(tmp_path: Path) -> None:
    """A damaged note about the holder does not turn the refusal into a traceback."""
    layout = CollectionFolder.create(tmp_path, CONFIG)
    with layout.write_lock():
        layout.lock.write_bytes(b"\xff{")
        assert layout.describe_lock_holder() == "another process"


def test_crawls_share_the_collection_and_have_sites_alone(tmp_path: Path) -> None:
    """Each site is one crawl's; what concerns the whole collection waits for all of them, and is
    told of one.
    """
    layout = CollectionFolder.create(tmp_path, CONFIG)
    with layout.crawl_lock(), layout.crawl_lock():
        lease, other = layout.site_lease("one"), layout.site_lease("an/other")
        assert [layout.is_crawling(name) for name in ("one", "an/other", "no")] == [1, 1, 0]
        with pytest.raises(CollectionBusyError, match=rf"^one .*process {os.getpid()} "):
            layout.site_lease("one")
        with (
            pytest.raises(CollectionBusyError, match=rf"process {os.getpid()} "),
            layout.write_lock(),
        ):
            pass
        lease.release()
        assert not layout.is_crawling("one")
        layout.site_lease("one").release()
        other.release()
        assert layout.is_busy()
        assert not layout.is_held_alone()
    assert not layout.is_busy()
    with layout.write_lock():
        assert layout.is_held_alone()
        with pytest.raises(CollectionBusyError), layout.crawl_lock():
            pass


def test_upkeep_is_done_by_one_crawl_at_a_time(tmp_path: Path) -> None:
    """The next waits, and gives up after a while, told who has its turn."""
    layout = CollectionFolder.create(tmp_path, CONFIG)
    with (
        layout.crawl_lock(),
        layout.upkeep_turn(),
        pytest.raises(CollectionBusyError, match=str(os.getpid())),
        layout.upkeep_turn(0.0),
    ):
        pass
    with layout.crawl_lock(), layout.upkeep_turn(0.0):
        pass


def test_the_last_of_several_crawls_seals_the_index(tmp_path: Path) -> None:
    """The first to end leaves that to it; whoever comes meanwhile unsays it."""
    layout = CollectionFolder.create(tmp_path, CONFIG)
    Index(layout.index_db).close()
    with layout.crawl_lock():
        with layout.crawl_lock():
            pass
        assert not layout.index_checksums.exists()
    assert layout.index_checksums.exists()
    with layout.crawl_lock():
        assert not layout.index_checksums.exists()


def test_a_seal_is_given_up_when_a_writer_comes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading the index takes a while: who comes then is not kept out, and nothing is claimed."""
    layout = CollectionFolder.create(tmp_path, CONFIG)
    Index(layout.index_db).close()

    def read_while_another_comes(_: Path) -> Iterator[bytes]:
        with layout.crawl_lock():
            pass
        return iter([b""])

    with layout.crawl_lock():
        monkeypatch.setattr(index_seal, "_block_digests", read_while_another_comes)
    monkeypatch.undo()
    assert not layout.index_checksums.exists()
