"""Collecting garbage rarely spares what stays, and still finds what does not."""

from __future__ import annotations

import subprocess
import sys

SEEN = """
import gc, weakref
from archive.garbage_collection import collect_rarely, spare_what_is_there

class Node:
    pass

kept = [Node() for _ in range(1000)]
collect_rarely()
spare_what_is_there()
assert not any(isinstance(each, Node) for each in gc.get_objects()), "looked through again"
node = Node()
node.itself = node
gone = weakref.ref(node)
del node
several = [[] for _ in range(20_000)]
assert gone() is None, "a cycle is never found"
"""


def test_what_is_there_is_spared_and_what_comes_later_is_collected() -> None:
    """In a process of its own: the setting is the whole process's."""
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
