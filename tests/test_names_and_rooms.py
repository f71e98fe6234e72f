"""Where things lie and what they are called: folders that can be searched by eye, one meaning a
name, a test for each module.
"""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("archive", "crawler", "pipelines")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMED = [path for path in MODULES if not path.stem.startswith("__")]

MOST_FILES = 17  # what a newcomer still reads as a list
LONGEST_PATTERN = 200  # characters of a regular expression that is not in verbose form
# Words that say nothing at the call, or several things: no public function or class is called one
# of them alone.
REFUSED_FUNCTIONS = {
    *(
        "read",
        "found",
        "find",
        "take",
        "take_in",
        "take_up",
        "take_place",
        "tell",
        "told",
        "said",
        "say",
    ),
    *(
        "settle",
        "settled",
        "stated",
        "made",
        "own",
        "lifted",
        "judge",
        "bury",
        "referred",
        "letters",
        "fill",
    ),
    *(
        "gather",
        "weigh",
        "intake",
        "harvest",
        "teach",
        "lesson",
        "abandon",
        "pump",
        "drain",
        "void",
    ),
}
REFUSED_CLASSES = {
    *(
        "Reader",
        "Found",
        "Answer",
        "Kind",
        "Entry",
        "Patience",
        "Problem",
        "Verdict",
        "State",
        "Origin",
    ),
    *(
        "Intake",
        "Taken",
        "Harvest",
        "Work",
        "Visitor",
        "Ending",
        "Touched",
        "Lessons",
        "Sampled",
        "Told",
        "Beside",
    ),
}
# The field has another word for each of these (boilerplate, interstitial, re-crawl policy).
REFUSED_PARTS = {"furniture", "lesson", "lessons", "teacher", "taught", "obstacle", "obstacles"}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def definitions(path: Path) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_folders_can_be_searched_by_eye() -> None:
    """No folder of code holds more than seventeen files."""
    held = Counter(short(path.parent) for path in MODULES)
    assert {folder: count for folder, count in held.items() if count > MOST_FILES} == {}


def test_no_two_public_classes_share_a_name() -> None:
    """A class name says which class is meant, wherever it is read."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(short(path))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_names_explain_themselves(module: Path) -> None:
    """No public function or class has a name that says nothing at the call, and the field's words
    are used.
    """
    refused = []
    for node in definitions(module):
        names = REFUSED_CLASSES if isinstance(node, ast.ClassDef) else REFUSED_FUNCTIONS
        parts = set(re.findall(r"[a-z]+", re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()))
        if node.name in names or parts & REFUSED_PARTS:
            refused.append(f"{node.lineno}: {node.name}")
    assert refused == []
    assert not set(module.stem.split("_")) & REFUSED_PARTS


def test_each_module_has_a_test_of_its_name() -> None:
    """The tests of `archive/cdx/surt.py` are `tests/archive/cdx/test_surt.py`."""
    missing = [
        short(module)
        for module in NAMED
        if not (ROOT / "tests" / short(module.parent) / f"test_{module.stem}.py").is_file()
    ]
    assert missing == []


def test_modules_are_called_by_their_names() -> None:
    """No module of ours is imported under another name."""
    renamed = []
    for path in (*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                not isinstance(node, ast.ImportFrom)
                or (node.module or "").split(".")[0] not in PACKAGES
            ):
                continue
            folder = ROOT / str(node.module).replace(".", "/")
            renamed += [
                f"{short(path)}:{node.lineno} {name.name} as {name.asname}"
                for name in node.names
                if name.asname
                and ((folder / f"{name.name}.py").exists() or (folder / name.name).is_dir())
            ]
    assert renamed == []


def test_patterns_can_be_read() -> None:
    """A regular expression of more than two hundred characters is written in verbose form, or made
    from a list of words.
    """
    long = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")):
                continue
            pattern = node.args[0] if node.args else None
            if not isinstance(pattern, ast.Constant) or not isinstance(pattern.value, str | bytes):
                continue
            flags = " ".join(
                ast.unparse(argument)
                for argument in (*node.args[1:], *(key.value for key in node.keywords))
            )
            if len(pattern.value) > LONGEST_PATTERN and not re.search(
                r"\bre\.(VERBOSE|X)\b", flags
            ):
                long.append(f"{short(path)}:{node.lineno} ({len(pattern.value)})")
    assert long == []


def test_caches_are_not_shared_by_databases() -> None:
    """Nothing in the index's code remembers what it read of one database for another."""
    cached = [
        f"{short(path)}:{node.lineno} {node.name}"
        for group in ("index", "query")
        for path in (ROOT / "archive" / group).rglob("*.py")
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef)
        and any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
        and any(argument.arg in {"db", "connection"} for argument in node.args.args)
    ]
    assert cached == []
