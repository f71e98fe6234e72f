"""What is built and installed is what is meant: three packages, their data, and a command that
works anywhere.
"""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from loopback_site.server import Site
from loopback_site.small_paper import paper
from needed_parts import need_package

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree without fetching anything."""
    need_package("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    program = (
        f"import os, hatchling.build as b; os.chdir({str(ROOT)!r}); "
        f"print(b.build_wheel({str(folder)!r}))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


def test_top_level_is_the_three_packages(wheel: Path) -> None:
    """The wheel holds the three packages and its own metadata, nothing else: no tests, no bench."""
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == {
        "archive",
        "crawler",
        "pipelines",
    }
    assert len(top) == 4


def test_data_files_are_inside(wheel: Path) -> None:
    """Whatever lies in the packages besides code, such as the made-up site, is in the wheel."""
    here = {
        path.relative_to(ROOT).as_posix()
        for package in ("archive", "crawler", "pipelines")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert here - held == set()


def test_types_reach_those_who_import(wheel: Path) -> None:
    """Each package says that it is typed (PEP 561), so that a type checker of other programs reads
    it.
    """
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert {"archive/py.typed", "crawler/py.typed", "pipelines/py.typed"} <= held


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel in it, and what it depends on."""
    place = tmp_path_factory.mktemp("installed") / "env"
    venv.create(place, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # our own wheel
    # The dependencies of the environment the tests run in; its own path files are not read, so this
    # tree is not on the path.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place / "bin" / "python"


def run(python: Path, program: str, *arguments: str, cwd: Path) -> str:
    """Run a program with the packages of the wheel, and no other; what it printed."""
    prefix = str(python.parent.parent)
    check = f"import crawler\nassert crawler.__file__.startswith({prefix!r}), crawler.__file__\n"
    done = subprocess.run(
        [str(python), "-c", check + program, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_installed_command_works_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """Installed from the wheel into a fresh environment, the command finds all its parts from an
    empty folder.
    """
    run(installed, "from crawler.cli import main; main(['demo', 'c'])", cwd=tmp_path)
    assert (tmp_path / "c" / "index.db").is_file()


SCRAPY = "from scrapy.cmdline import execute; execute()"


def test_the_scrapy_command_knows_a_collection(installed: Path, tmp_path: Path) -> None:
    """Installed, and in a collection that `warraq init` made, or below it: `scrapy` lists its
    sites, crawls one, shows pages without a trace, and parses one; nothing need be set.
    """

    def scrapy(*arguments: str, cwd: Path = tmp_path / "c") -> str:
        return run(installed, SCRAPY, *arguments, cwd=cwd)

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    with Site(paper(3)) as site:
        init = f"from crawler.cli import main; main(['init', 'c', '--site', '{site.url}/'])"
        run(installed, init, cwd=tmp_path)
        (name,) = scrapy("list").split()
        before = files()
        assert scrapy("list", cwd=tmp_path / "c" / "archive").split() == [name]
        css = "response.css('h1::text').get()"
        assert "/news/1" in scrapy("shell", f"{site.url}/news/1", "-c", css)
        assert "<h1>" in scrapy("fetch", f"{site.url}/news/1")
        assert files() == before
        assert "'title':" in scrapy("parse", f"--spider={name}", f"{site.url}/news/1")
        feed = tmp_path / "articles.jsonl"
        scrapy("crawl", name, "-O", str(feed), "-s", "LOG_LEVEL=ERROR")
    # the one that was parsed is in the collection already
    assert len(feed.read_text("utf-8").splitlines()) == 2
    assert list((tmp_path / "c" / "archive").glob("*.warc.gz"))
