"""A collection is made, and sites are added to one."""

from pathlib import Path
from threading import Thread

import pytest

from archive.config import parse_config
from archive.errors import ConfigError, UsageError
from crawler.demo.site import _Handler, _Server
from crawler.setup.create_collection import create_collection


def test_a_site_is_not_added_twice_by_the_address_it_moved_from(tmp_path: Path) -> None:
    """Whoever repeats the same `init` is told, also where the first one followed a redirect;
    nothing is changed.
    """

    class Moving(_Handler):
        def do_GET(self) -> None:  # noqa: N802
            moved = self.path == "/"
            self.send_response(302 if moved else 200 if self.path == "/ar/" else 404)
            if moved:
                self.send_header("Location", "/ar/")
            self.send_header("Content-Length", "0")
            self.end_headers()

    with _Server(("127.0.0.1", 0), Moving) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        text = create_collection(tmp_path, [url]).layout.config.read_text()
        with pytest.raises(UsageError, match="starts there already"):
            create_collection(tmp_path, [url])
        server.shutdown()
    assert (tmp_path / "warraq.toml").read_text() == text


def test_unreachable_site_still_gets_its_table(tmp_path: Path) -> None:
    """A site that does not answer is written down all the same, with the reason; the file is
    valid.
    """
    founded = create_collection(tmp_path / "c", ["http://127.0.0.1:9/"])
    ((name, site),) = founded.sites
    assert "connection refused" in (site.problem or "")
    text = founded.layout.config.read_text()
    assert "could not be looked at" in text
    assert parse_config(text).site(name).start == ("http://127.0.0.1:9/",)


def test_sites_are_added_to_a_collection(tmp_path: Path) -> None:
    """A second init adds a site at the end and leaves every line that was there, a person's
    comments too.
    """
    first = create_collection(tmp_path, ["http://127.0.0.1:9/"]).layout
    edited = first.config.read_text() + "# mine"
    first.config.write_text(edited)
    again = create_collection(tmp_path, ["http://127.0.0.1:7/"])
    text = again.layout.config.read_text()
    assert text.startswith(edited + "\n")
    assert [site.name for site in parse_config(text).sites] == ["127-0-0-1", "127-0-0-1-2"]


def test_nothing_is_made_for_a_wrong_address(tmp_path: Path) -> None:
    """A wrong URL or zone is refused before anything is made."""
    for urls, zone in ((["news.example"], None), (["http://127.0.0.1:9/"], "Asia/Dubay")):
        with pytest.raises(UsageError, match="expected"):
            create_collection(tmp_path / "c", urls, timezone=zone)
    assert not (tmp_path / "c").exists()


def test_wrong_file_is_not_added_to(tmp_path: Path) -> None:
    """A warraq.toml that is wrong already is told so and left alone."""
    (tmp_path / "warraq.toml").write_text('[collection]\nnam = "x"\n')
    with pytest.raises(ConfigError, match="'nam'"):
        create_collection(tmp_path, ["http://127.0.0.1:9/"])
    assert (tmp_path / "warraq.toml").read_text() == '[collection]\nnam = "x"\n'


def test_a_collection_is_a_project_of_scrapy_s(tmp_path: Path) -> None:
    """Its `scrapy.cfg` names our settings; one that is there already is a person's and stays."""
    create_collection(tmp_path / "c", [])
    text = (tmp_path / "c" / "scrapy.cfg").read_text("utf-8")
    assert text.endswith("[settings]\ndefault = crawler.engine.scrapy_settings\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scrapy.cfg").write_text("[settings]\ndefault = mine\n")
    create_collection(tmp_path / "mine", [])
    assert (tmp_path / "mine" / "scrapy.cfg").read_text() == "[settings]\ndefault = mine\n"
