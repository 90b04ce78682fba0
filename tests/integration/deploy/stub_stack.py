"""The command `tovholder` with real servers, and in the services' place a few lines that answer every request.

What is tested with it is the supervision, which must not depend on what the services do.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from deploy import cli, commands, processes
from deploy.config import StackConfig
from deploy.process import ProcessSpec

SERVICE = """
import http.server, os

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        forwarded = [name for name in self.headers if name.lower() in ("x-forwarded-for", "forwarded", "x-real-ip")]
        body = f"{os.environ['TOVHOLDER_SERVICE']} {self.path} {forwarded}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["TOVHOLDER_HTTP_PORT"])), Answer).serve_forever()
"""

real_service, real_migration = processes.service_process, processes.migration


def stub_service(config: StackConfig, service: str, kind: str, number: int = 1) -> ProcessSpec:
    """The service's process with its real settings and other code."""
    return replace(real_service(config, service, kind, number), argv=[sys.executable, "-c", SERVICE])


def stub_migration(config: StackConfig) -> ProcessSpec:
    """A step that has nothing to do."""
    return replace(real_migration(config), argv=[sys.executable, "-c", ""])


if __name__ == "__main__":
    processes.service_process = stub_service
    processes.migration = stub_migration
    commands.PROGRAM = (sys.executable, __file__)
    cli.main()
