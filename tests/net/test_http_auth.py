# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The firmware as a program tells web servers who it is: Digest.

The server is digest_server.py; that curl gets on with it shows that it is one.
"""

from __future__ import annotations

import shutil
import subprocess

import pytest
from conftest import SERVER, Network

KINDS = ["md5", "sess", "sha256", "plain", "stale"]


@pytest.mark.parametrize("kind", KINDS)
def test_digest_gets_the_script(network: Network, kind: str) -> None:
    network.start_dnsmasq()
    network.start_digest_server()
    base = f"http://joe:s%3Acr%20et@{SERVER}/{kind}"
    output = network.run(f"dhcp\nchain {base}/a%20b?c=d&e=\"f\"\n"
                         f"chain {base}/on\n"
                         f"chain http://joe:wr0ng@{SERVER}/{kind} || echo no\n"
                         f"chain http://{SERVER}/{kind} || echo none\n")
    assert output.count("hello") == 2
    assert "no" in output and "none" in output
    assert any("user or password is wrong" in line for line in output)
    assert any("it wants a user and a password in the URI" in line
               for line in output)
    assert not any("cr et" in line or "cr%20et" in line or "wr0ng" in line
                   for line in output)


def test_what_is_not_built_in_is_named(network: Network) -> None:
    network.start_dnsmasq()
    network.start_digest_server()
    output = network.run(
        f"dhcp\nchain http://joe:x@{SERVER}/ntlm || echo went on\n")
    assert "went on" in output
    assert any("it wants Negotiate, NTLM, which is not built in" in line
               for line in output)


@pytest.mark.parametrize("kind", KINDS)
def test_curl_gets_on_with_the_server(network: Network, kind: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is missing")
    network.start_digest_server()
    for password, status in (("s:cr et", "200"), ("wr0ng", "401")):
        done = subprocess.run(
            ["ip", "netns", "exec", network.name, "curl", "-sS", "--digest",
             "-m", "20", "-u", f"joe:{password}", "-o", "/dev/null", "-w",
             "%{http_code}", f"http://{SERVER}/{kind}/a?b"],
            capture_output=True, text=True, timeout=60)
        assert done.stdout == status, done.stderr
