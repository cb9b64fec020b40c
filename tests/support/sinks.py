"""Where notifications arrive in tests: a mail server and a web server on loopback."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Sinks:
    """What has arrived, by what it was sent with: `mail`, or the path of a web hook."""

    def __init__(self) -> None:
        self.mail_port = self.web_port = 0
        self._arrived: list[tuple[str, str]] = []

    def add(self, way: str, text: str) -> None:
        self._arrived.append((way, text))

    def forget(self, text: str) -> None:
        """Forget the messages with a text that have arrived so far."""
        self._arrived[:] = [each for each in self._arrived if text not in each[1]]

    def with_text(self, text: str) -> dict[str, str]:
        """The messages with a text; at most one of each way."""
        found = [(way, each) for way, each in self._arrived if text in each]
        assert len({way for way, _ in found}) == len(found), found
        return dict(found)


def _mail_handler(sinks: Sinks) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._answer("220 sink")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self._answer("354 go on")
                    message = message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n")))
                    message.policy = default
                    parts = [each.get_payload(decode=True) for each in message.walk()]
                    body = b"".join(each for each in parts if isinstance(each, bytes)).decode()
                    sinks.add("mail", f"{message['To']}\n{message['Subject']}\n{body}")
                self._answer("221 bye" if line == b"QUIT" else "250 fine")
                if line == b"QUIT":
                    break

        def _answer(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    return Handler


def _web_handler(sinks: Sinks) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sinks.add(self.path, json.loads(body)["text"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    return Handler


@contextmanager
def notification_sinks() -> Iterator[Sinks]:
    """Run both servers."""
    sinks = Sinks()
    with ExitStack() as stack:
        mail = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _mail_handler(sinks))
        web = ThreadingHTTPServer(("127.0.0.1", 0), _web_handler(sinks))
        mail.daemon_threads = web.daemon_threads = True
        for server in (mail, web):
            stack.enter_context(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
        sinks.mail_port, sinks.web_port = mail.server_address[1], web.server_address[1]
        yield sinks
