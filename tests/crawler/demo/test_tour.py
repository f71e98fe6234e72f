"""Where the guided tour puts its collection."""

from pathlib import Path

from crawler.demo.tour import free_folder


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is there already gets the first free number."""
    assert free_folder(tmp_path / "demo") == tmp_path / "demo"
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo-2").mkdir()
    assert free_folder(tmp_path / "demo") == tmp_path / "demo-3"
