"""Which files are WARC or ARC files: the suffixes of their names, finished and in progress.

The one place that knows these suffixes; whoever lists the files of `archive/` or asks what kind a
file is by its name asks here. What is inside a file is for the readers to find out.
"""

from __future__ import annotations

import re
from pathlib import Path

WARC_SUFFIXES = (".warc.gz", ".warc")
ARC_SUFFIXES = (".arc.gz", ".arc")
SUFFIXES = WARC_SUFFIXES + ARC_SUFFIXES

# Ends the name of a file in progress; closing the file takes it off.
OPEN_SUFFIX = ".open"
# A copy of somebody else's file while it is imported.
PARTIAL_SUFFIX = ".part"

# The suffix of a file from elsewhere: some systems write it in capitals.
_ANY_CASE = re.compile(r"\.(?:warc|arc)(?:\.gz)?$", re.IGNORECASE)


def is_arc(path: Path) -> bool:
    """True if the name of a finished file is that of an ARC file."""
    return path.name.endswith(ARC_SUFFIXES)


def is_open(path: Path) -> bool:
    """True if a file is in progress by its name."""
    return path.name.endswith(OPEN_SUFFIX)


def final_name(path: Path) -> str:
    """The name a file has, or will have once it is closed."""
    return path.name.removesuffix(OPEN_SUFFIX)


def is_gzip_name(path: Path) -> bool:
    """True if a file, finished or not, is called as gzip files are."""
    return final_name(path).removesuffix(PARTIAL_SUFFIX).endswith(".gz")


def split_suffix(name: str) -> tuple[str, str]:
    """A file name without its WARC or ARC suffix, and that suffix in lower case ('' if none)."""
    match = _ANY_CASE.search(name)
    return (name[: match.start()], match[0].lower()) if match else (name, "")


def list_warc_files(folder: Path, *, include_open: bool = False) -> list[Path]:
    """The closed WARC and ARC files of a folder, sorted by name: the order they were made in.

    With `include_open` also those in progress. OSError if the folder cannot be listed.
    """
    return sorted(
        path
        for path in folder.iterdir()
        if (final_name(path) if include_open else path.name).endswith(SUFFIXES) and path.is_file()
    )


def list_open_files(folder: Path) -> list[Path]:
    """The WARC files of a folder that are in progress, sorted by name."""
    return sorted(folder.glob(f"*{WARC_SUFFIXES[0]}{OPEN_SUFFIX}"))
