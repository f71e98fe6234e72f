"""`verify --deep`: no value in the index can change unseen, whatever table it stands in."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig, load_config
from archive.layout import CollectionFolder
from archive.model import Exchange, FetchFacts
from archive.warc.writer import WarcInfo, WarcWriter
from pipelines.ingest.catch_up import index_files as index_files_of_archive
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.preserve import Preserver
from pipelines.ingest.re_extract import re_extract_all, re_extract_sample

TEXT = (
    "عاد القطار القديم إلى العمل بين المدينتين بعد توقف "
    "دام عشر سنوات، وسط ترحيب كبير من سكان القرى على الطريق."
)
PAGE = (
    f"<html lang=ar><h1>عودة القطار القديم</h1><time>3 مارس "
    f"2026</time><article>{f'<p>{TEXT}</p>' * 4}</article></html>"
)


@pytest.fixture(scope="module")
def collection(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[CollectionFolder, CollectionConfig]:
    root = tmp_path_factory.mktemp("deep") / "collection"
    layout = CollectionFolder.create(
        root, '[collection]\nname = "deep"\n[sites.news]\nstart = ["http://news.example/"]\n'
    )
    writer, cdxj = (
        WarcWriter(layout.archive, info=WarcInfo(software="warraq/test")),
        CdxjFile(layout.cdxj),
    )
    preserver = Preserver(writer, cdxj, lambda _: None)
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode()
    preserver.preserve(
        Exchange(
            url="http://news.example/train",
            started=datetime(2026, 3, 3, tzinfo=UTC),
            request=b"",
            response=response,
        ),
        FetchFacts(crawl_id="c", site="news"),
    )
    writer.close()
    cdxj.close()
    config = load_config(layout.config)
    update_index(layout, config)
    return layout, config


def test_an_untouched_index_is_right(collection: tuple[CollectionFolder, CollectionConfig]) -> None:
    """Reading everything again objects to nothing that Warraq wrote."""
    assert list(re_extract_all(*collection, workers=1)) == []


def test_a_sample_is_held_against_its_text_hashes(
    collection: tuple[CollectionFolder, CollectionConfig],
) -> None:
    """A plain verify reads some captures again and names the record whose text the index has
    otherwise.
    """
    layout, config = collection
    assert list(re_extract_sample(layout, config)) == []
    with closing(sqlite3.connect(layout.index_db)) as db:
        (value,) = db.execute("SELECT raw_sha256 FROM _texts").fetchone()
        db.execute("UPDATE _texts SET raw_sha256 = ?", ("0" * 64,))
        db.commit()
        try:
            (finding,) = re_extract_sample(layout, config)
        finally:
            db.execute("UPDATE _texts SET raw_sha256 = ?", (value,))
            db.commit()
    assert finding.rule == "re-extraction"
    assert finding.file.endswith(".warc.gz")
    assert finding.offset is not None


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("articles", "section"),
        ("versions", "title"),
        ("captures", "mime"),
        ("addresses", "kind"),
        ("articles", "published"),
    ],
)
def test_a_changed_value_is_named(
    collection: tuple[CollectionFolder, CollectionConfig], table: str, column: str
) -> None:
    """A value changed by hand is found, and the table and row are named."""
    layout, config = collection
    with closing(sqlite3.connect(layout.index_db)) as db:
        row, value = db.execute(
            f"SELECT rowid_or_id, {column} FROM (SELECT *, "
            f"{_name(table)} AS rowid_or_id FROM {table})"
        ).fetchone()
        db.execute(f"UPDATE {table} SET {column} = 'changed'")
        db.commit()
        try:
            found = [finding.detail for finding in re_extract_all(layout, config, workers=1)]
        finally:
            db.execute(f"UPDATE {table} SET {column} = ?", (value,))
            db.commit()
    assert any(detail.startswith(f"{table}: the row of {row}") for detail in found)


def test_a_crawl_that_begins_meanwhile_is_no_damage(
    collection: tuple[CollectionFolder, CollectionConfig],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a crawl adds to archive and index while everything is read again is not held against the
    collection.
    """
    layout, config = (
        CollectionFolder(Path(shutil.copytree(collection[0].root, tmp_path / "c"))),
        collection[1],
    )

    def index_files(*arguments: Any, **options: Any) -> None:
        with layout.write_lock():
            with WarcWriter(layout.archive, info=WarcInfo(software="warraq/test")) as writer:
                writer.write_exchange(
                    Exchange(
                        url="http://news.example/late",
                        started=datetime(2026, 3, 4, tzinfo=UTC),
                        request=b"",
                        response=b"HTTP/1.1 200 OK\r\nContent-Type: text/html; "
                        b"charset=utf-8\r\n\r\n" + PAGE.encode(),
                    ),
                    FetchFacts(crawl_id="d", site="news"),
                )
            update_index(layout, config)
        index_files_of_archive(*arguments, **options)

    monkeypatch.setattr("pipelines.ingest.re_extract.index_files", index_files)
    assert list(re_extract_all(layout, config, workers=1)) == []
    monkeypatch.undo()
    assert list(re_extract_all(layout, config, workers=1)) == []


def _name(table: str) -> str:
    return "url" if table == "addresses" else "id"
