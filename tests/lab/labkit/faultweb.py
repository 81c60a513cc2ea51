# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A web server that fails on purpose, as a list of rules tells it.

A rule is a JSON object; the first one whose `path` equals the request's and
whose `times` is not used up applies. Its other keys:

    file      the body comes from this file (answers Range and If-Range)
    status    answer with this status and no body
    headers   further response headers
    die_at    after this many body bytes, break all connections (RST), stop
              listening for `down` seconds, then listen again
    cut_at    after this many body bytes, close this connection in order
    ranges    false: ignore Range and answer the whole file every time
    silent    true: read the request and never answer
    times     how many requests this rule serves; without it, all
"""

from __future__ import annotations

import argparse
import hashlib
import json
import socket
import struct
import threading
import time
from pathlib import Path
from typing import Any


class Fault:
    """The server: one listening socket, one thread per connection."""

    def __init__(self, port: int, rules: list[dict[str, Any]],
                 log: Path) -> None:
        self.port = port
        self.rules = rules
        self.log_path = log
        self.lock = threading.Lock()
        self.connections: set[socket.socket] = set()
        self.listener: socket.socket | None = None
        self.down_until = 0.0
        #: ETag per file, computed once: hashing is not the client's wait.
        self.etags = {
            str(r["file"]): '"' + hashlib.sha256(
                Path(str(r["file"])).read_bytes()).hexdigest()[:16] + '"'
            for r in rules if "file" in r}

    def log(self, **fields: Any) -> None:
        with self.lock, open(self.log_path, "a") as out:
            out.write(json.dumps(fields) + "\n")

    def serve(self) -> None:
        while True:
            delay = self.down_until - time.monotonic()
            if delay > 0:
                time.sleep(delay)
            self.listener = socket.create_server(("", self.port), backlog=16)
            try:
                while True:
                    peer, _address = self.listener.accept()
                    with self.lock:
                        self.connections.add(peer)
                    threading.Thread(target=self.connection, args=(peer,),
                                     daemon=True).start()
            except OSError:
                pass

    def die(self, seconds: float) -> None:
        """Break every connection and refuse new ones for a while."""
        self.down_until = time.monotonic() + seconds
        listener = self.listener
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self.lock:
            peers = list(self.connections)
        for peer in peers:
            self.reset(peer)

    def reset(self, peer: socket.socket) -> None:
        try:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
            peer.close()
        except OSError:
            pass

    def pick(self, path: str) -> dict[str, Any] | None:
        with self.lock:
            for rule in self.rules:
                if rule["path"] != path or rule.get("times") == 0:
                    continue
                if "times" in rule:
                    rule["times"] -= 1
                return rule
        return None

    def connection(self, peer: socket.socket) -> None:
        try:
            with peer.makefile("rb") as reader:
                while self.one_request(peer, reader):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.connections.discard(peer)
            peer.close()

    def one_request(self, peer: socket.socket, reader: Any) -> bool:
        """Serve one request; returns whether the connection stays."""
        line = reader.readline(8192).decode("latin-1").split()
        if len(line) < 2:
            return False
        headers: dict[str, str] = {}
        while True:
            text = reader.readline(8192).decode("latin-1").strip()
            if not text:
                break
            name, _, value = text.partition(":")
            headers[name.strip().lower()] = value.strip()
        method, target = line[0], line[1]
        rule = self.pick(target.split("?")[0])
        entry: dict[str, Any] = {
            "t": time.time(), "method": method, "target": target,
            "range": headers.get("range", ""),
            "if_range": headers.get("if-range", "")}
        if rule is None:
            rule = {"status": 404}
        if rule.get("silent"):
            self.log(**entry, status=0, sent=0)
            while reader.read(4096):
                pass
            return False
        if "status" in rule:
            self.log(**entry, status=rule["status"], sent=0)
            self.head(peer, rule["status"], 0, rule.get("headers", {}))
            return True
        return self.body(peer, rule, method, headers, entry)

    def head(self, peer: socket.socket, status: int, length: int,
             headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} Lab", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        peer.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def body(self, peer: socket.socket, rule: dict[str, Any], method: str,
             headers: dict[str, str], entry: dict[str, Any]) -> bool:
        path = Path(str(rule["file"]))
        etag, total, start = self.etags[str(path)], path.stat().st_size, 0
        end = total
        reply = {"ETag": etag, **rule.get("headers", {})}
        wanted = headers.get("range", "")
        status = 200
        if rule.get("ranges", True):
            reply["Accept-Ranges"] = "bytes"
            if (wanted.startswith("bytes=")
                    and headers.get("if-range", etag) == etag):
                first, _, last = wanted[6:].partition("-")
                start = int(first)
                end = min(total, int(last) + 1) if last else total
                status = 206
                reply["Content-Range"] = f"bytes {start}-{end - 1}/{total}"
        self.head(peer, status, end - start, reply)
        sent = 0
        stop_at = rule.get("die_at", rule.get("cut_at"))
        try:
            if method != "HEAD":
                with open(path, "rb") as source:
                    source.seek(start)
                    while start + sent < end:
                        size = min(65536, end - start - sent)
                        if stop_at is not None:
                            size = min(size, stop_at - sent)
                            if size <= 0:
                                break
                        block = source.read(size)
                        peer.sendall(block)
                        sent += len(block)
        finally:
            self.log(**entry, status=status, sent=sent)
        if "die_at" in rule and method != "HEAD":
            # Let the machine take what is on its way before the break.
            time.sleep(0.3)
            self.die(float(rule.get("down", 2)))
            return False
        return "cut_at" not in rule


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("rules", type=Path)
    args = parser.parse_args()
    Fault(args.port, json.loads(args.rules.read_text()), args.log).serve()


if __name__ == "__main__":
    main()
