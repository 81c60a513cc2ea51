# SPDX-License-Identifier: BSD-2-Clause-Patent
"""IPv6 of the firmware as a program, with real routers and servers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator

import pytest
from conftest import SERVER, Network, wait_for

PREFIX6 = "2001:db8:78::"
SERVER6 = f"{PREFIX6}1"
STATIC = (f"set net0/ip6 {PREFIX6}5\nset net0/len6 64\nifopen net0\n")
#: dnsmasq as router alone.
ROUTER = ("--enable-ra", f"--dhcp-range={PREFIX6},ra-only,64",
          f"--dhcp-option=option6:dns-server,[{SERVER6}]",
          "--dhcp-option=option6:domain-search,six.test,lab.test",
          "--ra-param=tap0,mtu:1400,10,1800")
NAMES = (f"--host-record=web.six.test,{SERVER6}",
         f"--host-record=both.six.test,{SERVER},{SERVER6}",
         f"--host-record=half.six.test,{SERVER},{PREFIX6}dead",
         f"--host-record=four.six.test,{SERVER}")


@pytest.fixture
def six(network: Network) -> Iterator[Network]:
    """The network, its server with an IPv6 address too."""
    network._in("ip", "addr", "add", f"{SERVER6}/64", "dev", "tap0", "nodad")
    (network.www / "hello.ipxe").write_text("#!ipxe\necho hello\n")
    yield network


def nginx(six: Network) -> None:
    """A web server that both families reach."""
    six.start_nginx()
    conf = six.folder / "nginx6.conf"
    conf.write_text(f"""
        daemon off; master_process off; pid {six.folder}/nginx6.pid;
        error_log stderr;
        events {{ }}
        http {{
            log_format host '$remote_addr $request_uri $http_host';
            access_log {six.folder}/access6.log host;
            server {{ listen [::]:80 ipv6only=on; root {six.www}; }}
        }}""")
    six.start("nginx", "-c", str(conf))
    wait_for(lambda: (six.folder / "access6.log").exists(), 20, "nginx")


def accesses6(six: Network) -> list[str]:
    return (six.folder / "access6.log").read_text().splitlines()


def test_literals_and_protocols(six: Network) -> None:
    six.start_dnsmasq()
    nginx(six)
    output = six.run(
        STATIC
        + f"chain http://[{SERVER6}]/hello.ipxe\n"
        f"chain tftp://[{SERVER6}]/hello.ipxe\n"
        f"ping -c 2 -s 1400 {SERVER6} && echo alive\n"
        f"ping -c 1 -t 300 {PREFIX6}77 || echo dead\n"
        f"chain http://[2001:db8:99::1]/x || echo no way\n"
        "route\nnstat\nipstat\n")
    assert output.count("hello") == 2
    assert "alive" in output and "dead" in output and "no way" in output
    assert f"1400 bytes from {SERVER6}: seq=2" in "\n".join(output)
    assert f"net0: {PREFIX6}5/64" in output
    assert any(line.startswith(f"net0 {SERVER6} is ") for line in output)
    assert any(line.startswith("IPv6 ") for line in output)
    assert f"{PREFIX6}5 /hello.ipxe [{SERVER6}]" in accesses6(six)


def test_link_local_literals(six: Network) -> None:
    peer = "fe80::78"
    six._in("ip", "addr", "add", f"{peer}/64", "dev", "tap0", "nodad")
    nginx(six)
    output = six.run(
        "ifopen net0\n"
        f"chain http://[{peer}]/hello.ipxe\n"
        f"chain http://[{peer}%net0]/hello.ipxe\n"
        f"chain http://[{peer}%25net0]/hello.ipxe\n"
        f"chain http://[{peer}%net9]/hello.ipxe || echo no such card\n")
    assert output.count("hello") == 3
    assert "no such card" in output
    assert all(line.endswith(f" /hello.ipxe [{peer}]")
               for line in accesses6(six))


def test_router_of_a_network_that_is_ipv6_alone(six: Network) -> None:
    six.start_dnsmasq(*ROUTER, *NAMES)
    nginx(six)
    start = time.monotonic()
    output = six.run(
        "dhcp -c ipv6\n"
        "echo A ${net0/ip6} ${dns6} ${net0.ndp/mtu} ${dnssl}\n"
        "nslookup web web.six.test && echo B ${web}\n"
        "nslookup four four.six.test || echo C none\n"
        "chain http://web/hello.ipxe\n"
        "chain tftp://web/hello.ipxe\n")
    assert time.monotonic() - start < 15
    line = next(line for line in output if line.startswith("A "))
    address, dns, mtu, dnssl = line.split(maxsplit=4)[1:]
    assert address.startswith("2001:db8:78:0:") and dns == SERVER6
    assert mtu == "1400" and dnssl == "six.test lab.test"
    assert f"B {SERVER6}" in output and "C none" in output
    assert output.count("hello") == 2
    assert any("IPv6 address" in line and "gateway fe80::" in line
               for line in output)


def test_both_families(six: Network) -> None:
    six.start_dnsmasq(*ROUTER, *NAMES)
    nginx(six)
    output = six.run(
        "dhcp\necho A ${net0/ip}\n:wait\nisset ${dns6} && goto on || sleep 1\n"
        "goto wait\n:on\n"
        "nslookup both both.six.test && echo B ${both}\n"
        "nslookup four four.six.test && echo C ${four}\n"
        "chain http://both.six.test/hello.ipxe\n"
        "chain http://four.six.test/hello.ipxe\n"
        "time chain http://half.six.test/hello.ipxe\n"
        "chain tftp://half.six.test/hello.ipxe\n")
    assert f"B {SERVER6}" in output and f"C {SERVER}" in output
    assert any(line.startswith("A 10.78.0.") for line in output)
    assert output.count("hello") == 4
    assert len(accesses6(six)) == 1 and len(six.accesses()) == 2


def test_ipv4_is_as_fast_as_alone(six: Network) -> None:
    six.start_dnsmasq("--dhcp-boot=file")
    times = []
    for words in ("-c dhcp", ""):
        best = 99.0
        for _ in range(3):
            start = time.monotonic()
            assert "file" in six.run(f"dhcp {words}\necho ${{filename}}\n")
            best = min(best, time.monotonic() - start)
        times.append(best)
    assert times[1] - times[0] < 0.4, times


def test_clock_by_ntp(six: Network) -> None:
    if not shutil.which("chronyd"):
        pytest.skip("chronyd is missing")
    conf = six.folder / "chrony.conf"
    conf.write_text(f"local stratum 3\nallow all\nbindaddress {SERVER6}\n"
                    f"cmdport 0\npidfile {six.folder}/chrony.pid\n")
    six.start("chronyd", "-x", "-d", "-f", str(conf))
    output = six.run(STATIC + "set unixtime 5\n"
                     f"ntp {SERVER6} || ntp {SERVER6}\n"
                     "echo now ${unixtime:int32}\n")
    now = next(line for line in output if line.startswith("now "))
    assert abs(int(now.split()[1]) - time.time()) < 30
