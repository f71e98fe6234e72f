"""What is built and installed is what is meant: three packages, their data, and a command that
works anywhere.
"""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree without fetching anything."""
    pytest.importorskip(
        "hatchling", reason="the build backend is not in this environment: pip install hatchling"
    )
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


def test_installed_command_works_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed from the wheel into a fresh environment, the command finds all its parts from an
    empty folder.
    """
    place = tmp_path / "env"
    venv.create(place, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # our own wheel
    # The dependencies of the environment the tests run in; its own path files are not read, so this
    # tree is not on the path.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    program = (
        "import crawler\n"
        f"assert crawler.__file__.startswith({str(place)!r})\n"
        "from crawler.cli import main\n"
        "main(['demo', 'c'])"
    )
    done = subprocess.run(
        [str(place / "bin" / "python"), "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "c" / "index.db").is_file()
