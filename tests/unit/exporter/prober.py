"""A prober's control socket that answers what a test wants, and remembers what it was asked."""

import json
import socketserver
import threading
from pathlib import Path
from typing import Any

from probes.model import control_socket


class FakeProber:
    """The real one measures; here only its answers matter.

    `answers` by verb: JSON, a str that is sent as it is, or an Event: silence until it is set.
    """

    def __init__(self, data_dir: Path, shard: int = 0) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {}
        prober = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                request = json.loads(self.rfile.readline())
                prober.asked.append(request)
                answer = prober.answers.get(request["verb"], {"ok": True})
                if isinstance(answer, threading.Event):
                    answer.wait()
                    return
                text = answer if isinstance(answer, str) else json.dumps(answer) + "\n"
                self.wfile.write(text.encode())

        self._server = socketserver.ThreadingUnixStreamServer(str(control_socket(data_dir, shard)), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        for answer in self.answers.values():
            if isinstance(answer, threading.Event):
                answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
