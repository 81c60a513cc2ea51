# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A stand-in for unloopd: scripts by MAC address and static assets."""

from __future__ import annotations

import argparse
import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    """Answers /boot.ipxe from the site and everything else as a file."""

    protocol_version = "HTTP/1.1"
    site = Path()

    def find(self) -> Path | None:
        url = urlsplit(self.path)
        if url.path != "/boot.ipxe":
            path = (self.site / url.path.lstrip("/")).resolve()
            inside = self.site.resolve() in path.parent.parents
            return path if inside and path.is_file() else None
        query = parse_qs(url.query)
        mac = query.get("mac", [""])[0].lower().replace(":", "-")
        for name in (f"hosts/{mac}.ipxe", "default.ipxe"):
            if (self.site / name).is_file():
                return self.site / name
        return None

    def do_GET(self) -> None:
        path = self.find()
        if path is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        if self.command == "GET":
            with open(path, "rb") as source:
                shutil.copyfileobj(source, self.wfile, 1 << 20)

    do_HEAD = do_GET


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("site", type=Path)
    args = parser.parse_args()
    Handler.site = args.site
    ThreadingHTTPServer(("", args.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
