"""A mail server on loopback that takes every message and keeps it: as much of SMTP (RFC 5321) as a
sender needs, with AUTH PLAIN.
"""

from __future__ import annotations

import base64
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self


class MailServer:
    """Runs in a thread; `messages` are what came, `logins` the user names and passwords given.
    `refuses`: every recipient is refused.
    """

    def __init__(self, *, refuses: bool = False) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.refuses = refuses
        kept = self

        class Dialogue(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                kept._speak(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dialogue)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _speak(self, dialogue: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            dialogue.wfile.write(line.encode() + b"\r\n")

        say("220 mail.example ESMTP")
        while line := dialogue.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("EHLO"):
                say("250-mail.example\r\n250 AUTH PLAIN")
            elif word.startswith("AUTH PLAIN"):
                _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                self.logins.append((user, password))
                say("235 welcome")
            elif word.startswith("RCPT") and self.refuses:
                say("550 no such mailbox")
            elif word.startswith("RCPT"):
                self.recipients.append(line.partition("<")[2].partition(">")[0])
                say("250 ok")
            elif word == "DATA":
                say("354 go on")
                self._take_message(dialogue)
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def _take_message(self, dialogue: socketserver.StreamRequestHandler) -> None:
        lines = []
        while (line := dialogue.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.messages.append(message_from_bytes(b"".join(lines), policy=policy.default))
