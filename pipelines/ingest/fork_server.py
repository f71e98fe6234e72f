"""Reading processes as forks of one process that has loaded all they need: it is loaded once, not
by each of them, and held in memory once.

The server does nothing but fork reading processes and end them. It is started with the first and
ends with the process that started it; it has no threads, since a fork of a process with threads
is not safe (`os.fork`). The fork server of `multiprocessing` does not do here: its processes
import the main module of whoever started it, half a second for a crawl's.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import importlib
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NoReturn

from archive.errors import NoReaderError
from archive.garbage_collection import collect_rarely, spare_what_is_there
from pipelines.ingest.reading_process import (
    OUT_OF_MEMORY,
    ReadingLimits,
    ReadPayload,
    read_until_closed,
)

_REQUEST = struct.Struct(">cQd")
_FORK = b"F"  # a new process, with so many bytes of memory and seconds for a payload
_END = b"E"  # the end of the process of that id
_ANSWER = struct.Struct(">qq")  # 0, or the number of an error; a process id, or an exit status
_STANDARD_ERROR = 2
_START = 120.0  # seconds within which the server should have come up, on a machine that is busy

_END_WITHIN = 5.0  # seconds


class ForkedProcess:
    """A reading process."""

    def __init__(self, server: ForkServer, pid: int, channel: Connection) -> None:
        self._server = server
        self._pid = pid
        self._channel = channel
        self._lock = threading.Lock()
        self._status: int | None = None

    def is_alive(self) -> bool:
        """Whether it runs, between one task and the next."""
        # With its end its side of the channel is closed, which is something to be read.
        return self._status is None and not self._channel.poll()

    def ask(self, task: object) -> object:
        """Its answer to a task. Raises EOFError or ConnectionError where it ends meanwhile."""
        self._channel.send(task)
        return self._channel.recv()

    def kill(self) -> int:
        """Kill it if it runs, and return its exit status: that of its own end, if it had ended;
        minus the number of the signal that ended it. Whoever asks it meanwhile has an EOFError.
        """
        with self._lock:
            if self._status is None:
                self._status = self._server.end(self._pid)
            return self._status

    def end(self) -> int:
        """The same, for whoever alone asks it."""
        status = self.kill()
        self._channel.close()
        return status


class ForkServer:
    """The process of which reading processes are forks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START)
        handle = theirs.fileno()
        # -P: the folder a user stands in may hold packages named like ours.
        command = f"from pipelines.ingest.fork_server import serve; serve({handle})"
        with theirs, contextlib.ExitStack() as unless_it_runs:
            unless_it_runs.callback(self._control.close)
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-P", "-c", command],
                stdin=subprocess.DEVNULL,
                pass_fds=[handle],
            )
            unless_it_runs.pop_all()

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def fork(self, limits: ReadingLimits) -> ForkedProcess:
        """A new reading process. Raises ConnectionError where the server has ended, OSError where
        the machine has no process to spare.
        """
        ours, theirs = Pipe()
        with theirs:
            request = (_FORK, limits.memory, limits.seconds)
            pid = self._ask(request, theirs.fileno(), _STANDARD_ERROR)
        return ForkedProcess(self, pid, ours)

    def end(self, pid: int) -> int:
        """Kill a reading process if it runs; its exit status."""
        try:
            return self._ask((_END, pid, 0.0))
        except OSError:  # the server is gone, and no process of this one's will tell
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return -signal.SIGKILL

    def close(self) -> int:
        """End the server and all its reading processes; its exit status."""
        self._control.close()  # it ends with that, unless it has before
        try:
            return self._process.wait(_END_WITHIN)
        except subprocess.TimeoutExpired:  # it has not even come up
            self._process.kill()
            return self._process.wait()

    def _ask(self, request: tuple[bytes, int, float], *handles: int) -> int:
        with self._lock:
            socket.send_fds(self._control, [_REQUEST.pack(*request)], handles)
            answer = self._control.recv(_ANSWER.size, socket.MSG_WAITALL)
        if len(answer) < _ANSWER.size:
            raise ConnectionResetError("the server of reading processes has ended")
        error, value = _ANSWER.unpack(answer)
        if error:
            raise OSError(error, os.strerror(error))
        return int(value)


class _Current:
    """The server of this process: started when first needed, and anew where it has ended."""

    def __init__(self) -> None:
        self._server: ForkServer | None = None
        self._lock = threading.Lock()
        atexit.register(self._close)
        os.register_at_fork(after_in_child=self._forget)

    def start(self) -> ForkServer:
        with self._lock:
            if self._server is not None and not self._server.is_alive():
                self._close()
            self._server = self._server or ForkServer()
            return self._server

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _forget(self) -> None:
        self._server, self._lock = None, threading.Lock()


_CURRENT = _Current()


def start_fork_server() -> None:
    """Have the server come up while nothing waits for it yet. Raises NoReaderError where the
    machine has no process to spare.
    """
    try:
        _CURRENT.start()
    except OSError as error:
        raise _none_to_be_had(error) from error


def fork_process(limits: ReadingLimits) -> ForkedProcess:
    """A new reading process. Raises NoReaderError where none can be had."""
    for _ in range(2):
        start_fork_server()
        server = _CURRENT.start()
        try:
            return server.fork(limits)
        except ConnectionError:
            status = server.close()
            if status != -signal.SIGKILL:  # else by somebody else: a machine short of memory
                raise NoReaderError(
                    f"no process to read pages comes up (status {status}); why is said above"
                ) from None
        except OSError as error:
            raise _none_to_be_had(error) from error
    raise NoReaderError("the process that starts those that read pages was killed, twice")


def _none_to_be_had(error: OSError) -> NoReaderError:
    return NoReaderError(
        f"no process can be started to read pages: {error.strerror or error}; what was captured is"
        " kept, and read by the next run, when the machine has processes, memory and descriptors"
    )


# ------------------------------------------------------------------------------- in the server


def serve(handle: int) -> None:
    """Fork and end reading processes as asked for over a socket, until it closes; the whole life of
    the server.
    """
    collect_rarely()
    # Ctrl-C, `timeout` and systemd reach the whole group: the crawler decides, not we.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Half a second that only the server needs; the last is else loaded by the first list that each
    # reading process meets.
    from pipelines.read_payload import read_payload

    importlib.import_module("trafilatura")

    spare_what_is_there()
    running: set[int] = set()
    control = socket.socket(fileno=handle)
    with contextlib.suppress(ConnectionError):  # whoever started it is gone
        while True:
            message, handles, _, _ = socket.recv_fds(control, _REQUEST.size, 2)
            if not message:
                break
            what, number, seconds = _REQUEST.unpack(message)
            error = answer = 0
            try:
                if what == _FORK:
                    limits = ReadingLimits(seconds=seconds, memory=number)
                    answer = _fork(control, handles, limits, read_payload)
                    running.add(answer)
                else:
                    answer = _end(number)
                    running.discard(number)
            except OSError as refused:  # the machine has no process to spare
                error = refused.errno or errno.EAGAIN
            control.sendall(_ANSWER.pack(error, answer))
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)  # nothing is left to do, and to clear a full memory takes its time


def _fork(
    control: socket.socket, handles: Sequence[int], limits: ReadingLimits, read: ReadPayload
) -> int:
    """Fork a reading process; its process id."""
    try:
        pid = os.fork()
        if pid == 0:
            control.close()
            _run(handles, limits, read)
    finally:
        for handle in handles:
            os.close(handle)
    return pid


def _end(pid: int) -> int:
    """Kill a process if it runs; its exit status, or minus the number of the signal that ended
    it.
    """
    os.kill(pid, signal.SIGKILL)  # until its status is asked for, the number is no other's
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _run(handles: Sequence[int], limits: ReadingLimits, read: ReadPayload) -> NoReturn:
    """The whole life of a reading process."""
    status = 1
    try:
        channel, errors = handles
        os.dup2(errors, 1)  # whatever a library prints goes where the crawler's errors go
        os.dup2(errors, 2)
        read_until_closed(Connection(channel), limits, read)
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    except BaseException:  # noqa: BLE001 - the end of the process, told by its status
        traceback.print_exc()
    finally:
        os._exit(status)
