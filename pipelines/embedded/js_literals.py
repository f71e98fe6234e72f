"""JavaScript values that are not JSON, read without running anything: the data of applications that
write them so.

`{title: "…", body: '…'}` with bare keys and single quotes, and the function that older Nuxt pages
call with the values that occur more than once: `(function(a,b){b.x=a;return {title:a}}("…",{}))`.
Whatever computes is not read.
"""

from __future__ import annotations

import json
import re
from typing import Any

# Bounds for hostile scripts: tokens in one script, and levels.
MAX_TOKENS = 200_000
MAX_DEPTH = 100

_TOKEN = re.compile(
    r"""
    (?:\s++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))*+(?:(?P<string>\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|
    '[^'\\]*+(?:\\.[^'\\]*+)*+'|`[^`\\$]*+(?:(?:\\.|\$(?!\{))[^`\\$]*+)*+`)|
    (?P<number>-?(?:0x[0-9a-f]+|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)n?)|
    (?P<name>[A-Za-z_$][\w$]*)|(?P<unclosed>["'`].*+)|
    (?P<mark>=>|[^\s\w]))
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
# Braces and strings, by the quotes that are known to be closed further on; behind one that is not,
# none of its kind is.
_STRINGS = {
    '"': r"\"[^\"\\]*+(?:\\.[^\"\\]*+)*+(?:\"|\\?(?P<double>\Z))",
    "'": r"'[^'\\]*+(?:\\.[^'\\]*+)*+(?:'|\\?(?P<single>\Z))",
}
_BRACES = {
    quotes: re.compile("|".join(("[{}]", *map(_STRINGS.__getitem__, quotes))), re.DOTALL)
    for quotes in ("\"'", '"', "'", "")
}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL
)
_LETTERS = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\n": "",
    "\r\n": "",
}
_CONSTANTS: dict[str, Any] = {
    "true": True, "false": False, "null": None, "undefined": None, "NaN": None, "Infinity": None,
}  # fmt: skip


class NotAValueError(ValueError):
    """What stands there computes, or is no JavaScript."""


class JsLiteralParser:
    """Reads the values of one script; `names` are the parameters of the function around, with their
    values.
    """

    def __init__(self, script: str) -> None:
        self.script = script
        self.position = 0
        self.tokens_left = MAX_TOKENS
        self.names: dict[str, Any] = {}

    def parse_value_at(self, position: int) -> tuple[Any, int]:
        """The value that begins at `at`, and where it ends; NotAValueError where it cannot be
        read.
        """
        self.position = position
        self.names = {}
        return self.parse_value(0), self.position

    def next_token(self) -> tuple[str, str]:
        """The next token: its kind and text."""
        self.tokens_left -= 1
        match = _TOKEN.match(self.script, self.position)
        if match is None or self.tokens_left < 0 or match.lastgroup in (None, "unclosed"):
            raise NotAValueError
        self.position = match.end()
        kind = str(match.lastgroup)
        return kind, match[kind]

    def peek(self) -> str:
        """The text of the next token, which stays."""
        position = self.position
        text = self.next_token()[1]
        self.position = position
        return text

    def expect(self, *texts: str) -> None:
        """Take these tokens, or raise."""
        for text in texts:
            if self.next_token()[1] != text:
                raise NotAValueError

    def accept(self, text: str) -> bool:
        """Take the next token where it is this one; whether it was."""
        position = self.position
        if self.next_token()[1] == text:
            return True
        self.position = position
        return False

    def parse_value(self, depth: int) -> Any:
        """The value the next tokens make."""
        if depth > MAX_DEPTH:
            raise NotAValueError
        kind, text = self.next_token()
        if kind == "string":
            return unescape_string(text[1:-1])
        if kind == "number":
            return _parse_number(text)
        if kind == "name":
            return self._parse_named(text, depth)
        if text == "{":
            return self._parse_object(depth)
        if text == "[":
            return self._parse_list("]", depth)
        if text == "(":
            return self._parse_call(depth)
        if text == "!" and self.peek() in ("0", "1"):
            return self.next_token()[1] == "0"
        raise NotAValueError

    def _parse_named(self, name: str, depth: int) -> Any:
        if name in self.names:
            return self.names[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "void":
            self.next_token()
            return None
        if name == "new" and self.next_token()[1] in ("Date", "Set", "Map", "URL"):
            return next(iter(self._parse_list(")", depth)), None) if self.accept("(") else None
        if name == "Array" and self.accept("("):
            self._parse_list(")", depth)
            return []
        if name == "Object":
            self.expect(".", "create", "(", "null", ")")
            return {}
        raise NotAValueError

    def _parse_object(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not self.accept("}"):
            kind, key = self.next_token()
            if kind == "mark":
                raise NotAValueError
            self.expect(":")
            members[unescape_string(key[1:-1]) if kind == "string" else key] = self.parse_value(
                depth + 1
            )
            if not self.accept(","):
                self.expect("}")
                break
        return members

    def _parse_list(self, end: str, depth: int) -> list[Any]:
        items: list[Any] = []
        while not self.accept(end):
            if self.accept(","):
                items.append(None)
                continue
            items.append(self.parse_value(depth + 1))
            if not self.accept(","):
                self.expect(end)
                break
        return items

    def _parse_call(self, depth: int) -> Any:
        """A value in brackets, or a function called at once, whose parameters take the values of
        the call.
        """
        if not self.accept("function"):
            value = self.parse_value(depth + 1)
            self.expect(")")
            return value
        self.expect("(")
        parameters = []
        while not self.accept(")"):
            parameters.append(self.next_token()[1])
            self.accept(",")
        self.expect("{")
        begin = self.position
        if self.peek() not in ("return", *parameters):
            raise NotAValueError
        self._skip_body()
        closed = self.accept(")")
        self.expect("(")
        values = self._parse_list(")", depth)
        if not closed:
            self.expect(")")
        end, self.position = self.position, begin
        outer, self.names = self.names, dict(zip(parameters, values, strict=False))
        value = self._parse_returned(depth)
        self.position, self.names = end, outer
        return value

    def _skip_body(self) -> None:
        """Go to the end of a function's body, past its strings."""
        open_braces, position, quotes = 1, self.position, "\"'"
        while match := _BRACES[quotes].search(self.script, position):
            self.tokens_left -= 1
            if self.tokens_left < 0:
                break
            position = match.end()
            if match.lastgroup:
                quotes = quotes.replace(match[0][0], "")
                position = match.start() + 1
            elif match[0] in "{}":
                open_braces += 1 if match[0] == "{" else -1
            if not open_braces:
                self.position = position
                return
        raise NotAValueError

    def _parse_returned(self, depth: int) -> Any:
        """What a function returns whose statements but fill its parameters (`a.b=c;`)."""
        while not self.accept("return"):
            kind, name = self.next_token()
            if kind != "name" or name not in self.names:
                raise NotAValueError
            self._fill_parameter(self.names[name], depth)
            self.accept(";")
        return self.parse_value(depth + 1)

    def _fill_parameter(self, target: Any, depth: int) -> None:
        key: Any = None
        while not self.accept("="):
            if key is not None:
                target = target.get(key) if isinstance(target, dict) else None
            _, text = self.next_token()
            if text == ".":
                key = self.next_token()[1]
            elif text == "[":
                key = self.parse_value(depth + 1)
                self.expect("]")
            else:
                raise NotAValueError
        value = self.parse_value(depth + 1)
        if isinstance(target, dict):
            target[str(key)] = value
        elif isinstance(target, list) and key == len(target):
            target.append(value)


def unescape_string(text: str) -> str:
    """The inside of a JavaScript string as the text it stands for; halves of a character beyond the
    first plane joined.
    """
    if "\\" not in text:
        return text
    whole = _ESCAPE.sub(_unescape_match, text)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescape_match(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else ""
    return _LETTERS.get(match[4], match[4])


def _parse_number(text: str) -> int | float | None:
    try:
        number = json.loads(text)
    except ValueError:
        return None
    return number if isinstance(number, int | float) else None
