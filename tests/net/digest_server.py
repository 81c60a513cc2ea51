# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A web server that wants Digest, checked as RFC 7616 has it.

Usage: digest_server.py ADDRESS PORT. The first part of a path says what kind:
/md5, /sess, /sha256, /plain (no qop, RFC 2069), /stale (every nonce is good
for one request), /ntlm (nothing that anybody knows). Behind it is a script that
says hello; /KIND/on redirects to /KIND/end.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USER, PASSWORD, REALM = "joe", "s:cr et", 'lab "one"'
BODY = b"#!ipxe\necho hello\n"

# Nonces and the count that each has come to.
nonces: dict[str, int] = {}


def hexed(kind: str, text: str) -> str:
    name = "sha256" if kind == "sha256" else "md5"
    return hashlib.new(name, text.encode()).hexdigest()


def parse(field: str) -> dict[str, str]:
    """The parameters of an Authorization field."""
    scheme, _, rest = field.partition(" ")
    if scheme != "Digest":
        return {}
    found = {}
    while rest:
        match = re.match(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))(?:,\s*|$)',
                         rest)
        if not match:
            return {}
        name, quoted, token = match.groups()
        if name in found or quoted is None and name not in (
                "nc", "qop", "algorithm"):
            return {}
        found[name] = token if quoted is None else re.sub(r"\\(.)", r"\1",
                                                          quoted)
        rest = rest[match.end():]
    return found


def judge(kind: str, method: str, target: str, field: str) -> str:
    """"" if the field is right, else why not."""
    has = parse(field)
    if not has:
        return "no Digest"
    if has.get("username") != USER or has.get("realm") != REALM:
        return "wrong user or realm"
    if has.get("uri") != target or has.get("opaque") != 'o"p':
        return "wrong uri or opaque"
    nonce = has.get("nonce", "")
    if nonce not in nonces:
        return "unknown nonce"
    first = hexed(kind, f"{USER}:{REALM}:{PASSWORD}")
    second = hexed(kind, f"{method}:{target}")
    if kind == "plain":
        if "qop" in has or "nc" in has or "cnonce" in has:
            return "qop that nobody offered"
        wanted = hexed(kind, f"{first}:{nonce}:{second}")
    else:
        if has.get("qop") != "auth" or not has.get("cnonce"):
            return "no qop"
        if not re.fullmatch("[0-9a-f]{8}", has.get("nc", "")):
            return "malformed count"
        if kind == "sess":
            first = hexed(kind, f"{first}:{nonce}:{has['cnonce']}")
        wanted = hexed(kind, f"{first}:{nonce}:{has['nc']}:{has['cnonce']}:"
                             f"auth:{second}")
        if int(has["nc"], 16) <= nonces[nonce]:
            return "replayed"
        nonces[nonce] = int(has["nc"], 16)
    if has.get("response") != wanted:
        return "wrong response"
    return "stale" if kind == "stale" and nonces.pop(nonce) > 1 else ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def refuse(self, kind: str, why: str) -> None:
        nonce = secrets.token_urlsafe(30)
        nonces[nonce] = 0
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Negotiate")
        if kind == "ntlm":
            self.send_header("WWW-Authenticate", "NTLM")
        else:
            escaped = REALM.replace('"', '\\"')
            self.send_header(
                "WWW-Authenticate",
                f'Digest realm="{escaped}", nonce="{nonce}", opaque="o\\"p"'
                + {"plain": "", "sess": ', algorithm=MD5-sess, qop="auth"',
                   "sha256": ', algorithm=SHA-256, qop="auth"'}.get(
                       kind, ', algorithm=MD5, qop="auth-int, auth"')
                + (", stale=true" if why in ("stale", "unknown nonce")
                   else "") + ', Basic realm="never"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        kind = self.path.split("/")[1].split("?")[0]
        why = judge(kind, "GET", self.path,
                    self.headers.get("Authorization", ""))
        print(f"{self.path}: {why or 'right'}", flush=True)
        if why:
            self.refuse(kind, why)
            return
        self.send_response(302 if self.path.endswith("/on") else 200)
        if self.path.endswith("/on"):
            self.send_header("Location", self.path[:-3] + "/end")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)


if __name__ == "__main__":
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
