"""What an exported WACZ lists."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import foreign_files as made
import pytest
from warc_kit import record

from archive.config import load_config
from archive.layout import CollectionFolder
from archive.packaging.foreign_pages import list_page_files
from archive.query.filters import Filters
from archive.verify.collection import verify_collection
from crawler.admin.import_export import export_selection, export_wacz, import_files
from crawler.admin.withdraw import withdraw_article

ARTICLE = made.url(8)
FRONT = f"http://{made.HOST}/front"


def entry(url: str, title: str, time: str = "2019-05-06T10:08:00Z") -> bytes:
    return json.dumps({"url": url, "ts": time, "title": title, "text": f"text of {title}"}).encode()


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    """A collection that has taken in a WACZ with an article and a page that is none."""
    front = record(
        "response",
        made.answer(b"<title>Front</title><a href=/news/8>8</a>"),
        ("WARC-Record-ID", made.urn(90)),
        ("WARC-Target-URI", FRONT),
        ("WARC-Date", "2019-05-06T10:07:00Z"),
        ("Content-Type", "application/http;msgtype=response"),
    )
    listed = [
        b'{"format": "json-pages-1.0"}',
        entry(ARTICLE, "as they called it"),
        entry(ARTICLE, "the same capture", "2019-05-08T10:00:00Z"),
        entry(f"http://{made.HOST}/never", "never captured"),
    ]
    extra = [
        entry(FRONT, "front", "2019-05-06T10:07:02Z"),
        entry(FRONT, "", "2020-01-01T00:00:00Z"),
    ]
    source = tmp_path / "crawl.wacz"
    source.write_bytes(
        made.wacz(
            {"archive/rec-0.warc.gz": made.gz([*made.browsertrix(), front])},
            also={
                "pages/pages.jsonl": b"\n".join(listed),
                "pages/extraPages.jsonl": b"\n".join(extra),
            },
        )
    )
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "x"\n')
    assert not import_files(layout, load_config(layout.config), [source]).refused
    return layout


def listed_in(target: Path) -> list[tuple[str, str, str | None]]:
    lines = zipfile.ZipFile(target).read("pages/pages.jsonl").decode().splitlines()[1:]
    pages = map(json.loads, lines)
    return [(page["url"], page["ts"], page.get("title")) for page in pages]


def test_what_imported_files_listed_is_listed_again(
    layout: CollectionFolder, tmp_path: Path
) -> None:
    """With their titles and texts, where no version of ours stands for the capture; what was never
    captured, or is in no file of the export, is not. So it is once it was exported and imported.
    """
    config = load_config(layout.config)
    export_wacz(layout, config, tmp_path / "all.wacz")
    pages = listed_in(tmp_path / "all.wacz")
    assert [(url, time) for url, time, _ in pages] == [
        (ARTICLE, "2019-05-06T10:08:00Z"),
        (FRONT, "2019-05-06T10:07:02Z"),
        (FRONT, "2020-01-01T00:00:00Z"),
    ]
    assert pages[0][2] != "as they called it"
    assert [title for *_, title in pages[1:]] == ["front", None]
    assert b"text of front" in zipfile.ZipFile(tmp_path / "all.wacz").read("pages/pages.jsonl")
    export_selection(layout, config, tmp_path / "some.wacz", Filters(), "")
    assert [url for url, *_ in listed_in(tmp_path / "some.wacz")] == [ARTICLE]
    other = CollectionFolder.create(tmp_path / "d", '[collection]\nname = "x"\n')
    import_files(other, load_config(other.config), [tmp_path / "all.wacz"])
    export_wacz(other, load_config(other.config), tmp_path / "again.wacz")
    assert listed_in(tmp_path / "again.wacz") == pages
    assert list(verify_collection(other)) == []


def test_a_withdrawn_page_is_listed_no_more(layout: CollectionFolder, tmp_path: Path) -> None:
    """Its title and text stay in the kept list until they are purged, and are not handed on; the
    purge takes them out, and fixity agrees.
    """
    config = load_config(layout.config)
    kept = "".join(path.read_text() for path in list_page_files(layout.archive))
    assert "as they called it" in kept
    withdraw_article(layout, config, ARTICLE, reason="x")
    export_wacz(layout, config, tmp_path / "all.wacz")
    assert {url for url, *_ in listed_in(tmp_path / "all.wacz")} == {FRONT}
    result = withdraw_article(layout, config, ARTICLE, reason="x", purge=True)
    assert any(name.endswith(".pages.jsonl") for name in result.rewritten)
    kept = "".join(path.read_text() for path in list_page_files(layout.archive))
    assert "as they called it" not in kept
    assert "the same capture" not in kept
    assert "text of front" in kept
    assert list(verify_collection(layout)) == []
