"""Every regular expression of the packages, found in the code, with the methods it is run by.

A pattern stands at module level, alone or in a table, or is written where it is used
(`re.search("…", text)`). Those of module level are taken from the imported module, whatever made
them; those inside functions are read from the syntax tree and evaluated with what the module knows.
"""

import ast
import importlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parent.parent
METHODS = frozenset(
    {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "scanner"}
)
# By what a pattern is run whose use is not seen: what costs the most.
_UNSEEN = frozenset({"fullmatch", "finditer"})
_FLAGS_AT = {"compile": 1, "sub": 4, "subn": 4, "split": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPattern:
    """One pattern: where it stands, and the methods of it that the code calls; `scan` where it is
    matched at a position.
    """

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    name: str
    tree: ast.Module

    @property
    def module(self) -> ModuleType:
        return importlib.import_module(self.name)


def folders_of_code() -> list[str]:
    """The folders that hold modules, as dotted names: the patterns of each are tried alone."""
    return sorted({".".join(path.parent.parts) for path in _module_paths()})


def compiled_patterns(folder: str) -> Iterator[CompiledPattern]:
    """The patterns of the modules that lie in the folder itself."""
    for source in _sources():
        if source.name.rpartition(".")[0] == folder or source.name == folder:
            yield from _of_module_level(source)
            yield from _of_functions(source)


def unread_patterns() -> list[str]:
    """The calls that make or run a pattern which is known only when the function runs."""
    return [
        f"{source.name}: {ast.unparse(call)}"
        for source in _sources()
        for call in _calls_in_functions(source.tree)
        if _evaluated(source, call) is None
    ]


def _module_paths() -> Iterator[Path]:
    for package in ("archive", "crawler", "pipelines"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT)


@cache
def _sources() -> list[_Source]:
    return [
        _Source(
            name=".".join(path.with_suffix("").parts).removesuffix(".__init__"),
            tree=ast.parse((ROOT / path).read_text("utf-8")),
        )
        for path in _module_paths()
    ]


def _of_module_level(source: _Source) -> Iterator[CompiledPattern]:
    for name in sorted(_assigned_names(source.tree)):
        for pattern in _held_patterns(vars(source.module).get(name), 0):
            methods = _methods_called(source, name)
            yield CompiledPattern(place=f"{source.name}.{name}", pattern=pattern, methods=methods)


def _assigned_names(tree: ast.Module) -> set[str]:
    return {
        name.id
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in getattr(statement, "targets", None) or [statement.target]
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }


def _held_patterns(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
    """The patterns a value is or holds."""
    if isinstance(value, re.Pattern):
        yield value
        return
    inner: list[object] = []
    if isinstance(value, dict):
        inner = [*value, *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    elif is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, part.name, None) for part in fields(value)]
    if depth < 5:
        for part in inner:
            yield from _held_patterns(part, depth + 1)


def _of_functions(source: _Source) -> Iterator[CompiledPattern]:
    for call in _calls_in_functions(source.tree):
        pattern = _evaluated(source, call)
        if pattern is not None:
            method = call.func.attr  # type: ignore[attr-defined]
            methods = _UNSEEN if method == "compile" else frozenset({method})
            place = f"{source.name}:{call.lineno}"
            yield CompiledPattern(place=place, pattern=pattern, methods=methods)


def _calls_in_functions(tree: ast.Module) -> Iterator[ast.Call]:
    """Each call of a function of `re` that stands in a function, once."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    seen: dict[int, ast.Call] = {}
    for function in ast.walk(tree):
        if isinstance(function, functions):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "re"
                    and node.func.attr in METHODS | {"compile"}
                ):
                    seen[id(node)] = node
    yield from seen.values()


def _evaluated(source: _Source, call: ast.Call) -> re.Pattern[Any] | None:
    """The pattern of a call, where the module alone tells it."""
    known = {keyword.arg: keyword.value for keyword in call.keywords}
    at = _FLAGS_AT.get(call.func.attr, 2)  # type: ignore[attr-defined]
    flags = known.get("flags") or (call.args[at] if len(call.args) > at else ast.Constant(0))
    made = ast.Call(ast.parse("re.compile", mode="eval").body, [call.args[0], flags], [])
    if isinstance(call.args[0], ast.Name) and call.args[0].id in vars(source.module):
        return None if flags.value else vars(source.module)[call.args[0].id]  # type: ignore[attr-defined]
    expression = ast.fix_missing_locations(ast.Expression(made))
    try:
        pattern = eval(compile(expression, source.name, "eval"), vars(source.module))  # noqa: S307
    except NameError:
        return None
    assert isinstance(pattern, re.Pattern)
    return pattern


def _methods_called(source: _Source, name: str) -> frozenset[str]:
    """The methods by which the pattern of that name, or those that it holds, are run anywhere."""
    called: set[str] = set()
    for scope in _uses().get((source.name, name), ()):
        called |= scope.direct[name]
        if scope.mentions[name] > scope.receivers[name]:  # handed on, or gone through
            called |= scope.of_others or _UNSEEN
    return frozenset(called) or _UNSEEN


@dataclass(slots=True)
class _Scope:
    """What one function, or one statement of module level, does with names."""

    mentions: Counter[str] = field(default_factory=Counter)
    receivers: Counter[str] = field(default_factory=Counter)
    direct: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    of_others: set[str] = field(default_factory=set)


@cache
def _uses() -> dict[tuple[str, str], list[_Scope]]:
    """The scopes that name each name of a module, by the module and the name."""
    uses: defaultdict[tuple[str, str], list[_Scope]] = defaultdict(list)
    for source in _sources():
        places = {}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                places.update({alias.name: node.module for alias in node.names})
        for statement in source.tree.body:
            inner = statement.body if isinstance(statement, ast.ClassDef) else [statement]
            for scope in map(_scope_of, inner):
                for name in scope.mentions:
                    uses[places.get(name, source.name), name].append(scope)
    return uses


def _scope_of(statement: ast.AST) -> _Scope:
    scope = _Scope()
    nodes = list(ast.walk(statement))
    scanning = {
        id(node.func)
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "match"
        and len(node.args) > 1
    }
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            scope.mentions[node.id] += 1
        elif isinstance(node, ast.Attribute) and (owner := _owner_of(node)):
            scope.receivers[owner] += node.attr in METHODS | {"pattern", "flags"}
            if node.attr in METHODS:
                scope.direct[owner].add("scan" if id(node) in scanning else node.attr)
            if node.attr in METHODS - {"split"} and owner != "re" and not owner.isupper():
                scope.of_others.add(node.attr)
    return scope


def _owner_of(node: ast.Attribute) -> str | None:
    """Whose attribute it is: a name's, or that of what a named table holds."""
    owner = node.value.value if isinstance(node.value, ast.Subscript) else node.value
    return owner.id if isinstance(owner, ast.Name) else None
