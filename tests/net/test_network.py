# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The firmware as a program against real DHCP, DNS, TFTP and web servers."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import time

import pytest
from conftest import SERVER, Network, wait_for

LINES = 4000


def long_script() -> str:
    """Megabytes that show, line by line, whether they arrived unharmed."""
    padding = "#" + "x" * 3000
    return "#!ipxe\n" + "".join(f"echo line {number} {padding}\n"
                                for number in range(LINES))


def expected_lines() -> list[str]:
    return [f"line {number}" for number in range(LINES)]


def lines_of_script(output: list[str]) -> list[str]:
    return [line for line in output if line.startswith("line ")]


def test_dhcp_answer_becomes_settings(network: Network) -> None:
    network.start_dnsmasq("--dhcp-boot=boot/file.0", "--domain=net.test",
                          "--dhcp-option=option:root-path,iscsi:x")
    start = time.monotonic()
    output = network.run(
        "dhcp\n"
        "echo A ${next-server} ${filename} ${domain} ${root-path}\n"
        "echo B ${net0/gateway} ${net0.dhcp/netmask} ${dns}\n")
    assert time.monotonic() - start < 10
    assert f"A {SERVER} boot/file.0 net.test iscsi:x" in output
    assert f"B {SERVER} 255.255.255.0 {SERVER}" in output


def test_client_says_what_servers_look_at(network: Network) -> None:
    network.start_dnsmasq(
        "--dhcp-userclass=set:ipxe,iPXE", "--dhcp-match=set:feature,175",
        "--dhcp-match=set:efi64,option:client-arch,7",
        "--dhcp-vendorclass=set:pxe,PXEClient",
        "--dhcp-boot=tag:ipxe,tag:feature,tag:efi64,tag:pxe,known")
    assert "known" in network.run("dhcp\necho ${filename}\n")


def test_no_dhcp_server_ends_with_a_sentence(network: Network) -> None:
    output = network.run("dhcp -t 1500 || echo went on\n")
    assert "went on" in output
    assert any("is a DHCP server on this network?" in line for line in output)


def test_http_script_runs_unharmed(network: Network) -> None:
    network.start_dnsmasq()
    network.start_nginx()
    (network.www / "long.ipxe").write_text(long_script())
    output = network.run(f"dhcp\nchain http://{SERVER}/long.ipxe\n")
    assert lines_of_script(output) == expected_lines()


def test_tftp_script_runs_unharmed(network: Network) -> None:
    network.start_dnsmasq()
    (network.www / "long.ipxe").write_text(long_script())
    output = network.run("dhcp\nchain long.ipxe\n")
    assert lines_of_script(output) == expected_lines()


def test_names_are_resolved(network: Network) -> None:
    network.start_dnsmasq(f"--address=/web.net.test/{SERVER}",
                          "--domain=net.test", "--port=53")
    network.start_nginx()
    (network.www / "hello.ipxe").write_text("#!ipxe\necho hello\n")
    output = network.run("dhcp\n"
                         "chain http://web.net.test/hello.ipxe\n"
                         "chain http://web/hello.ipxe\n"
                         "chain http://none.test/hello.ipxe || echo unknown\n")
    assert output.count("hello") == 2
    assert "unknown" in output
    assert any("none.test could not be resolved" in line for line in output)


def test_redirects_are_followed(network: Network) -> None:
    network.start_dnsmasq()
    network.start_nginx()
    (network.www / "hello.ipxe").write_text("#!ipxe\necho hello ${cwuri}\n")
    output = network.run(f"dhcp\n"
                         f"chain http://{SERVER}/moved\n"
                         f"chain http://{SERVER}/away\n"
                         f"chain http://{SERVER}/ring || echo ring left\n")
    assert f"hello http://{SERVER}/hello.ipxe" in output
    assert f"hello tftp://{SERVER}/hello.ipxe" in output
    assert "ring left" in output


def test_missing_files_go_on_behind_or(network: Network) -> None:
    network.start_dnsmasq()
    network.start_nginx()
    output = network.run(f"dhcp\n"
                         f"chain http://{SERVER}/none || echo one\n"
                         f"chain tftp://{SERVER}/none || echo two\n"
                         f"chain http://{SERVER}:81/none || echo three\n")
    assert [line for line in output
            if line in ("one", "two", "three")] == ["one", "two", "three"]
    assert any("the server says 404 Not Found" in line for line in output)
    assert any("refused the connection" in line for line in output)


def test_server_that_dies_and_comes_back_is_resumed(network: Network) -> None:
    network.start_dnsmasq()
    nginx = network.start_nginx(rate="4m")
    (network.www / "long.ipxe").write_text(long_script())
    machine = network.begin(f"dhcp\nchain http://{SERVER}/long.ipxe\n")
    try:
        lease = network.folder / "dnsmasq.log"
        wait_for(lambda: "DHCPACK" in lease.read_text(), 20, "a lease")
        time.sleep(1)
        network.stop(nginx)
        time.sleep(2)
        network.start_nginx()
    finally:
        output = network.finish(machine)
    assert lines_of_script(output) == expected_lines()
    answers = [line.split('"')[2].split()[0] for line in network.accesses()]
    assert answers[-1] == "206"


def test_form_is_posted(network: Network) -> None:
    network.start_dnsmasq()
    network.start_nginx()
    (network.www / "hello.ipxe").write_text("#!ipxe\necho hello\n")
    output = network.run(
        "dhcp\n"
        "set sp a b&c\n"
        "params && param one ${sp} && param --header X-Mine yes\n"
        f"chain http://{SERVER}/post##params\n"
        "params --name big\n"
        # More than TCP takes at once.
        "set x:hexraw " + "41" * 6000 + "\n"
        "param --params big x ${x:string} && param --params big y ${x:string}\n"
        f"chain http://{SERVER}/post##params=big\n"
        f"params --method HEAD\n"
        f"imgfetch --name h http://{SERVER}/hello.ipxe##params\n"
        "imgstat h\n")
    assert output.count("hello") == 2
    posts = [line for line in network.accesses() if '"POST /post ' in line]
    assert posts[0].endswith("body=one=a%20b%26c mine=yes"), posts[0]
    assert len(posts[1].partition("body=")[2].split()[0]) == 12005, posts[1]
    assert '"HEAD /hello.ipxe' in network.accesses()[-1]
    assert any(line.startswith("h : 0 bytes") for line in output)


def test_host_answers_ping(network: Network) -> None:
    # Linux answers by the tap device once it has seen that it is open, which
    # takes up to a second.
    output = network.run(
        "set net0/ip 10.78.0.2\nset net0/netmask 255.255.255.0\nifopen\n"
        "sleep 2\n"
        f"ping -c 2 -s 1472 {SERVER} && echo alive\n"
        "ping -c 1 -t 300 10.78.0.77 || echo dead\n"
        f"nstat\nipstat\n")
    assert "alive" in output and "dead" in output
    assert f"1472 bytes from {SERVER}: seq=2" in "\n".join(output)
    assert any(line.startswith(f"net0 {SERVER} is ") for line in output)
    assert any(line.startswith("IPv4 ") and " sent 3, received 2, " in line
               for line in output), output


def test_clock_is_set_by_ntp(network: Network) -> None:
    if not shutil.which("chronyd"):
        pytest.skip("chronyd is missing")
    conf = network.folder / "chrony.conf"
    conf.write_text(f"local stratum 3\nallow all\nbindaddress {SERVER}\n"
                    f"cmdport 0\npidfile {network.folder}/chrony.pid\n")
    network.start("chronyd", "-x", "-d", "-f", str(conf))
    output = network.run(
        "set net0/ip 10.78.0.2\nset net0/netmask 255.255.255.0\nifopen\n"
        "set unixtime 5\necho at ${unixtime:int32}\n"
        f"ntp {SERVER} || ntp {SERVER}\necho now ${{unixtime:int32}}\n"
        "ntp 10.78.0.77 || echo nobody\n")
    assert "at 5" in output or "at 6" in output
    now = next(line for line in output if line.startswith("now "))
    assert abs(int(now.split()[1]) - time.time()) < 30
    assert "nobody" in output


def test_only_the_wanted_bytes_are_taken(network: Network) -> None:
    network.start_dnsmasq()
    network.start_nginx()
    script = long_script().encode()
    right = hashlib.sha256(script).hexdigest()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    (network.www / "long.ipxe").write_bytes(script)
    packed = gzip.compress(b"#!ipxe\necho unpacked\n")
    (network.www / "packed.ipxe.gz").write_bytes(packed)
    output = network.run(
        f"dhcp\n"
        f"chain --sha256 {wrong} http://{SERVER}/long.ipxe || echo refused\n"
        f"imgstat long.ipxe || echo not kept\n"
        f"chain --name ok --sha256 {right} http://{SERVER}/long.ipxe\n"
        f"imgverify --sha256 {wrong} ok || echo differs\n"
        f"imgverify --sha256 {right} ok && echo verified\n"
        f"imgfree ok\n"
        f"imgextract http://{SERVER}/packed.ipxe.gz && chain packed.ipxe\n"
        f"imgstat packed.ipxe.gz || echo original gone\n")
    assert lines_of_script(output) == expected_lines()
    before = output[:output.index("line 0")]
    assert "refused" in before and "not kept" in before
    assert "differs" in output and "verified" in output
    assert "unpacked" in output and "original gone" in output


def test_names_are_looked_for_in_the_search_list(network: Network) -> None:
    network.start_dnsmasq(f"--address=/web.second.test/{SERVER}",
                          "--dhcp-option=option:domain-search,"
                          "first.test,second.test")
    network.start_nginx()
    (network.www / "hello.ipxe").write_text("#!ipxe\necho hello\n")
    output = network.run("dhcp\necho ${dnssl}\n"
                         "chain http://web/hello.ipxe\n"
                         "chain http://none/hello.ipxe || echo unknown\n")
    assert "first.test second.test" in output
    assert "hello" in output and "unknown" in output
