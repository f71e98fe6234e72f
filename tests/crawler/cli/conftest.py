"""The commands run in this process, on a small collection that is crawled once."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_run import Done, Run

from crawler.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run(*arguments)`: the command run in this process."""

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, printed.out, printed.err)

    return call


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection of the demonstration. Only to be read."""
    folder = tmp_path_factory.mktemp("cli") / "sidr"
    script = Path(sys.executable).parent / "warraq"
    subprocess.run([script, "demo", folder], check=True, capture_output=True, timeout=120)
    return folder
