"""Texts that cost a backtracking engine the most, made from the regular expression itself.

A pattern is slow where it can read the same stretch in many ways, or begin at many places and read
on from each to the end: two repeats that take the same character, a repeat of a repeat, a beginning
that is met again and again. So the texts are long runs of each kind of character the pattern tells
apart, of each two of them, of what a repeat repeats, and of what leads up to a repeat, with and
without a way into the pattern before them and with an end that lets the match fail.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from re import _constants as opcodes
from re import _parser as parser

_USUAL = "a1 \n.-/<>\"'&;:=(,\u0627\u0663\u200f\u4e2d\u00e9Z_"
_LONG = 32  # a repeat that takes fewer characters can be costly but never grows
_VARIANTS = 3
_MOST_KINDS = 8
_ENDS = ("\x00", "")
_CATEGORIES = {
    opcodes.CATEGORY_DIGIT: r"\d",
    opcodes.CATEGORY_NOT_DIGIT: r"\D",
    opcodes.CATEGORY_SPACE: r"\s",
    opcodes.CATEGORY_NOT_SPACE: r"\S",
    opcodes.CATEGORY_WORD: r"\w",
    opcodes.CATEGORY_NOT_WORD: r"\W",
}
_REPEATS = {opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT}
_SINGLE = {opcodes.LITERAL, opcodes.NOT_LITERAL, opcodes.ANY, opcodes.IN}

_Item = tuple[object, object]


class AdversarialText:
    """The runs that cost `pattern` the most: each a way in, what is repeated, and an end."""

    def __init__(self, pattern: re.Pattern[str] | re.Pattern[bytes]) -> None:
        self._flags = pattern.flags
        self._bytes = isinstance(pattern.pattern, bytes)
        self._tree: Sequence[_Item] = list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
        self._taken: dict[tuple[str, str], bool] = {}
        atoms = (item for item in _descend(self._tree) if item[0] in _SINGLE)
        self._atoms = list({repr(atom): atom for atom in atoms}.values())
        self._kinds = self._kinds_of_character()

    def runs(self) -> Iterator[tuple[str, str, str]]:
        """Way in, repeated part and end of each run; all three are text (of code points below 256
        for a pattern of bytes).
        """
        bodies = [
            *self._kinds,
            *(self._sample(self._tree, variant) for variant in range(_VARIANTS)),
        ]
        bodies += ["".join(pair) for pair in product(self._kinds, repeat=2) if pair[0] != pair[1]]
        found = dict.fromkeys(("", body) for body in bodies)
        for variant in range(_VARIANTS):
            for way, repeated in self._repeats(self._tree, "", variant):
                reads_way = self._reads(repeated, way)
                for body in self._repeated_texts(repeated, variant):
                    found[way, body] = None
                    if reads_way:
                        found["", way + body] = None
        for (way, body), end in product(found, _ENDS):
            if body:
                yield way, body, end

    def _kinds_of_character(self) -> list[str]:
        """One character of each set that the pattern tells apart."""
        known: dict[tuple[bool, ...], str] = {}
        for char in dict.fromkeys((*_USUAL, *_mentioned(self._atoms))):
            if self._bytes and ord(char) > 255:
                continue
            known.setdefault(tuple(self._takes(atom, char) for atom in self._atoms), char)
        wanted = sorted(known.items(), key=lambda entry: -sum(entry[0]))
        return [char for _, char in wanted[:_MOST_KINDS]]

    def _takes(self, atom: _Item, char: str) -> bool:
        key = (repr(atom), char)
        if key not in self._taken:
            cases = {char, char.lower(), char.upper()} if self._flags & re.IGNORECASE else {char}
            self._taken[key] = any(self._takes_exactly(atom, one) for one in cases if len(one) == 1)
        return self._taken[key]

    def _takes_exactly(self, atom: _Item, char: str) -> bool:
        code, value = atom
        if code is opcodes.LITERAL:
            return ord(char) == value
        if code is opcodes.NOT_LITERAL:
            return ord(char) != value
        if code is opcodes.ANY:
            return char != "\n" or bool(self._flags & re.DOTALL)
        assert isinstance(value, list)
        return any(self._in_set(part, char) for part in value) != (value[0][0] is opcodes.NEGATE)

    def _in_set(self, part: _Item, char: str) -> bool:
        code, value = part
        if code is opcodes.LITERAL:
            return ord(char) == value
        if code is opcodes.RANGE:
            assert isinstance(value, tuple)
            return value[0] <= ord(char) <= value[1]
        if code is opcodes.CATEGORY:
            flags = self._flags & re.ASCII or (re.ASCII if self._bytes else 0)
            return re.match(_CATEGORIES[value], char, flags) is not None
        return False

    def _reads(self, items: Sequence[_Item], text: str) -> bool:
        """Whether what is repeated can read on over the text."""
        atoms = [item for item in _descend(items) if item[0] in _SINGLE]
        return all(any(self._takes(atom, char) for atom in atoms) for char in set(text))

    def _repeated_texts(self, body: Sequence[_Item], variant: int) -> Iterator[str]:
        if len(body) == 1 and body[0][0] in _SINGLE:
            taken = [kind for kind in self._kinds if self._takes(body[0], kind)]
            yield from taken[variant::_VARIANTS] or taken[:1]
        yield self._sample(body, variant)

    def _repeats(
        self, items: Sequence[_Item], way: str, variant: int
    ) -> Iterator[tuple[str, Sequence[_Item]]]:
        """Each repeat that has no narrow bound: what leads up to it, and what it repeats."""
        for item in items:
            code, value = item
            if code in _REPEATS:
                _, high, body = value
                if high is opcodes.MAXREPEAT or high >= _LONG:
                    yield way, body
                yield from self._repeats(body, way, variant)
            else:
                for inner in _inner(item):
                    yield from self._repeats(inner, way, variant)
            way += self._sample([item], variant)

    def _sample(self, items: Sequence[_Item], variant: int) -> str:
        """A text that the items take, looking at neither what is asserted nor referred to."""
        made = ""
        for item in items:
            code, value = item
            if code in _SINGLE:
                made += self._character(item, variant)
            elif code in _REPEATS:
                low, high, body = value
                times = (
                    min(max(low, variant % 3), high)
                    if high is not opcodes.MAXREPEAT
                    else max(low, variant % 3)
                )
                made += self._sample(body, variant) * min(times, 400)
            elif code is opcodes.BRANCH:
                ways = value[1]
                made += self._sample(ways[variant % len(ways)], variant)
            elif value is opcodes.AT_BOUNDARY:
                made += " " * (variant % 2)
            elif code in {opcodes.SUBPATTERN, opcodes.ATOMIC_GROUP}:
                for inner in _inner(item):
                    made += self._sample(inner, variant)
        return made

    def _character(self, atom: _Item, variant: int) -> str:
        if atom[0] is opcodes.LITERAL:
            return chr(atom[1])
        taken = [char for char in self._kinds if self._takes(atom, char)]
        taken = taken or [c for c in (*_USUAL, *_mentioned([atom])) if self._takes(atom, c)]
        return taken[variant % len(taken)] if taken else ""


def _inner(item: _Item) -> Iterator[Sequence[_Item]]:
    code, value = item
    if code in _REPEATS:
        yield value[2]
    elif code is opcodes.SUBPATTERN:
        yield value[3]
    elif code is opcodes.ATOMIC_GROUP:
        yield value
    elif code in {opcodes.ASSERT, opcodes.ASSERT_NOT}:
        yield value[1]
    elif code is opcodes.BRANCH:
        yield from value[1]
    elif code is opcodes.GROUPREF_EXISTS:
        yield from (part for part in value[1:] if part is not None)


def _descend(items: Sequence[_Item]) -> Iterator[_Item]:
    for item in items:
        yield item
        for inner in _inner(item):
            yield from _descend(inner)


def _mentioned(atoms: Sequence[_Item]) -> Iterator[str]:
    """Each character that stands in the pattern, and both ends of each range."""
    for code, value in atoms:
        if code in {opcodes.LITERAL, opcodes.NOT_LITERAL}:
            yield chr(value)
        elif code is opcodes.IN:
            yield from _mentioned(value)
        elif code is opcodes.RANGE:
            yield from map(chr, value)
