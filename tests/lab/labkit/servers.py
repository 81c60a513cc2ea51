# SPDX-License-Identifier: BSD-2-Clause-Patent
"""DHCP, TFTP and web servers, each started with a generated configuration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .base import OUT, Process
from .netns import (BRIDGE, NETMASK, NETWORK, OTHER_POOL, OTHER_SERVER, POOL,
                    SECOND, SERVER, SERVER6, Network)

#: nginx listens here, away from the resolver's port 80.
NGINX_PORT = 8080
#: The web server that misbehaves on purpose.
FAULT_PORT = 8090

#: In dhcpd's language: the client says user class iPXE and is not the iPXE
#: that sits in QEMU's network cards as their native PXE. Both are known by
#: their version in option 175.235 (1.0.0); what Debian's undionly.kpxe asks
#: through that PXE differs from it only in the broadcast flag.
CHAINED_IPXE = ('option user-class = "iPXE" and '
                '(option pxe-system-type != 00:00 or '
                'substring(option ipxe-encap, 7, 5) != eb:03:01:00:00 or '
                'packet(10, 1) != 00)')


@dataclass(frozen=True)
class Answer:
    """What a DHCP server tells about booting; None leaves it out."""
    #: The filename that every client gets.
    filename: str | None = None
    next_server: str = SERVER
    #: The filename for clients with user class iPXE (published recipes).
    ipxe_filename: str | None = None
    #: The URL for clients with vendor class HTTPClient (UEFI HTTP Boot).
    http_url: str | None = None
    router: bool = True
    dns: bool = True
    domain: str | None = "lab.test"


class Server:
    """One running server; stop() may be called at any time, also twice."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def stop(self) -> None:
        self.process.stop()

    def log(self) -> str:
        return self.process.log.read_text(errors="replace")


def _dnsmasq(net: Network, work: Path, log: Path, words: list[str],
             netns: str | None = None) -> Process:
    return Process(
        ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
         "--no-resolv", "--no-hosts", "--user=root", "--log-facility=-",
         "--bind-interfaces", "--pid-file", "--except-interface=lo", *words],
        log, netns or net.name)


class Tftp(Server):
    """dnsmasq serving files by TFTP and, beside it, names of the lab."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 root: Path) -> None:
        super().__init__(_dnsmasq(
            net, work, logs / "tftp.log",
            [f"--interface={BRIDGE}", "--enable-tftp", f"--tftp-root={root}",
             *[f"--address=/lab.test/{address}" for address in
               ([SERVER] if net.has_ipv4 else [])
               + ([SERVER6] if net.has_ipv6 else [])],
             "--local=/lab.test/"]))
        self.process.wait_listening("udp", 69)

class DnsmasqDhcp(Server):
    """dnsmasq as a DHCP server."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer) -> None:
        words = [f"--interface={BRIDGE}", "--port=0", "--no-ping",
                 "--log-dhcp", "--dhcp-authoritative",
                 f"--dhcp-leasefile={work}/dnsmasq.leases",
                 f"--dhcp-range={POOL[0]},{POOL[1]},{NETMASK},1h",
                 f"--dhcp-option=3,{SERVER}" if answer.router
                 else "--dhcp-option=3",
                 f"--dhcp-option=6,{SERVER}" if answer.dns
                 else "--dhcp-option=6"]
        if answer.domain:
            words.append(f"--domain={answer.domain}")
        general = ""
        if answer.ipxe_filename:
            words += ["--dhcp-userclass=set:ipxe,iPXE",
                      f"--dhcp-boot=tag:ipxe,{answer.ipxe_filename},,"
                      f"{answer.next_server}"]
            general += "tag:!ipxe,"
        if answer.http_url:
            words += ["--dhcp-vendorclass=set:http,HTTPClient",
                      "--dhcp-option-force=tag:http,60,HTTPClient",
                      f"--dhcp-boot=tag:http,{answer.http_url},,"
                      f"{answer.next_server}"]
            general += "tag:!http,"
        if answer.filename:
            words.append(f"--dhcp-boot={general}{answer.filename},,"
                         f"{answer.next_server}")
        super().__init__(_dnsmasq(net, work, logs / "dhcp.log", words))
        self.process.wait_listening("udp", 67)


class OtherDhcp(Server):
    """A DHCP server in the other network (Network.add_other): a lease that
    names a boot server, which may not be there."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer) -> None:
        words = ["--interface=eth0", "--port=0", "--no-ping", "--log-dhcp",
                 "--dhcp-authoritative",
                 f"--dhcp-leasefile={work}/other.leases",
                 f"--dhcp-range={OTHER_POOL[0]},{OTHER_POOL[1]},{NETMASK},1h",
                 f"--dhcp-boot={answer.filename},,{answer.next_server}"]
        super().__init__(_dnsmasq(net, work, logs / "other-dhcp.log", words,
                                  net.other))
        self.process.wait_listening("udp", 67)


class ProxyDhcp(Server):
    """dnsmasq as a proxyDHCP server: no addresses, only where to boot from.

    It answers port 67 without a file name and gives that on port 4011 (PXE
    2.1 2.2.3).
    """

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer) -> None:
        words = [f"--interface={BRIDGE}", "--port=0", "--log-dhcp",
                 f"--dhcp-leasefile={work}/proxy.leases",
                 f"--dhcp-range={NETWORK},proxy"]
        words += [f"--pxe-service={csa},lab,{answer.filename},"
                  f"{answer.next_server}"
                  for csa in ("x86PC", "X86-64_EFI", "BC_EFI")]
        super().__init__(_dnsmasq(net, work, logs / "proxy.log", words))
        self.process.wait_listening("udp", 67)


class PxeMenu(Server):
    """dnsmasq as a proxyDHCP server with a boot menu, and as the boot server
    of its items (PXE 2.1 2.2.2): `services` are (text, file); no file is the
    local disk. Types are 32768, 32769 and so on."""

    def __init__(self, net: Network, work: Path, logs: Path, prompt: str,
                 services: list[tuple[str, str]]) -> None:
        words = [f"--interface={BRIDGE}", "--port=0", "--log-dhcp",
                 f"--dhcp-leasefile={work}/proxy.leases",
                 f"--dhcp-range={NETWORK},proxy", f"--pxe-prompt={prompt}"]
        words += [f"--pxe-service=x86PC,{text},{file or 0}"
                  for text, file in services]
        super().__init__(_dnsmasq(net, work, logs / "proxy.log", words))
        self.process.wait_listening("udp", 67)


class ProxyOffer(Server):
    """A proxyDHCP server that does all of it on port 67 (proxyoffer.py)."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer) -> None:
        super().__init__(Process(
            ["/usr/bin/python3", Path(__file__).with_name("proxyoffer.py"),
             BRIDGE, answer.next_server, str(answer.filename)],
            logs / "proxy.log", net.name))
        self.process.wait_listening("udp", 67)


class IscDhcpd(Server):
    """ISC dhcpd, optionally on a second host of the network."""

    def __init__(self, net: Network, work: Path, logs: Path, answer: Answer,
                 second_host: bool = False) -> None:
        lines = [
            "authoritative;", "ping-check false;", "ddns-update-style none;",
            "default-lease-time 3600;",
            "option ipxe-encap code 175 = string;",
            f"subnet {NETWORK} netmask {NETMASK} {{",
            f"  range {POOL[0]} {POOL[1]};",
        ]
        if answer.router:
            lines.append(f"  option routers {SERVER};")
        if answer.dns:
            lines.append(f"  option domain-name-servers {SERVER};")
        if answer.domain:
            lines.append(f'  option domain-name "{answer.domain}";')
        choices = []
        if answer.http_url:
            choices.append(
                ('substring(option vendor-class-identifier, 0, 10) = '
                 '"HTTPClient"', answer.http_url,
                 ' option vendor-class-identifier "HTTPClient";'))
        if answer.ipxe_filename:
            choices.append((CHAINED_IPXE, answer.ipxe_filename, ""))
        if answer.filename or choices:
            lines.append(f"  next-server {answer.next_server};")
        word = "if"
        for condition, filename, more in choices:
            lines.append(f'  {word} {condition} {{ '
                         f'filename "{filename}";{more} }}')
            word = "elsif"
        if answer.filename:
            given = f'filename "{answer.filename}";'
            lines.append(f"  else {{ {given} }}" if choices else f"  {given}")
        lines.append("}")
        config, leases = work / "dhcpd.conf", work / "dhcpd.leases"
        config.write_text("\n".join(lines) + "\n")
        leases.write_text("")
        netns = net.add_host(SECOND) if second_host else net.name
        super().__init__(Process(
            ["dhcpd", "-4", "-f", "-d", "-cf", config, "-lf", leases, "-pf",
             work / "dhcpd.pid", "eth0" if second_host else BRIDGE],
            logs / "dhcp.log", netns))
        self.process.wait_listening("udp", 67)


class Kea(Server):
    """Kea's DHCPv4 server."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer) -> None:
        options = []
        if answer.router:
            options.append({"name": "routers", "data": SERVER})
        if answer.dns:
            options.append({"name": "domain-name-servers", "data": SERVER})
        if answer.domain:
            options.append({"name": "domain-name", "data": answer.domain})
        subnet: dict[str, object] = {
            "subnet": f"{NETWORK}/24",
            "pools": [{"pool": f"{POOL[0]} - {POOL[1]}"}],
            "option-data": options,
        }
        if answer.filename:
            subnet["boot-file-name"] = answer.filename
            subnet["next-server"] = answer.next_server
        config = {"Dhcp4": {
            "interfaces-config": {"interfaces": [BRIDGE],
                                  "dhcp-socket-type": "raw"},
            "lease-database": {"type": "memfile", "persist": False},
            "valid-lifetime": 3600,
            "subnet4": [subnet],
            "loggers": [{"name": "kea-dhcp4", "severity": "INFO",
                         "output_options": [{"output": "stdout"}]}],
        }}
        path = work / "kea.json"
        path.write_text(json.dumps(config, indent=1))
        super().__init__(Process(
            ["kea-dhcp4", "-c", path], logs / "dhcp.log", net.name,
            env={"KEA_PIDFILE_DIR": str(work),
                 "KEA_LOCKFILE_DIR": str(work)}))
        self.process.wait_listening("udp", 67)


class Router6(Server):
    """Answers IPv6 router solicitations (see router6.py for the options)."""

    def __init__(self, net: Network, logs: Path, *options: str) -> None:
        super().__init__(Process(
            ["/usr/bin/python3", Path(__file__).with_name("router6.py"),
             BRIDGE, *options], logs / "router6.log", net.name))


class Vlan(Server):
    """The server's side of a VLAN (see vlanport.py): an interface vlan<tag>
    with an address, and a DHCP server that names no file on it."""

    def __init__(self, net: Network, work: Path, logs: Path, tag: int) -> None:
        port = f"vlan{tag}"
        net.ip("tuntap", "add", port, "mode", "tap")
        net.ip("addr", "add", f"{OTHER_SERVER}/24", "dev", port)
        net.ip("link", "set", port, "up")
        self.wire = Process(
            ["/usr/bin/python3", Path(__file__).with_name("vlanport.py"),
             "tap0", port, str(tag)], logs / "vlan.log", net.name)
        words = [f"--interface={port}", "--port=0", "--no-ping",
                 "--log-dhcp", "--dhcp-authoritative",
                 f"--dhcp-leasefile={work}/vlan.leases",
                 f"--dhcp-range={OTHER_POOL[0]},{OTHER_POOL[1]},{NETMASK},1h"]
        super().__init__(_dnsmasq(net, work, logs / "vlan-dhcp.log", words))

    def stop(self) -> None:
        self.wire.stop()
        super().stop()


class LldpSwitch(Server):
    """Tells the machine by LLDP which switch it is at (see lldpswitch.py)."""

    def __init__(self, net: Network, logs: Path) -> None:
        # Onto the tap: a bridge forwards nothing to that group.
        super().__init__(Process(
            ["/usr/bin/python3", Path(__file__).with_name("lldpswitch.py"),
             "tap0"], logs / "lldp.log", net.name))


class Syslog(Server):
    """A syslog server (see syslogd.py); its log has the lines."""

    def __init__(self, net: Network, logs: Path) -> None:
        super().__init__(Process(
            ["/usr/bin/python3", Path(__file__).with_name("syslogd.py")],
            logs / "syslog.log", net.name))
        self.process.wait_listening("udp", 514)


class Nginx(Server):
    """nginx with sendfile on NGINX_PORT."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 root: Path) -> None:
        config = work / "nginx.conf"
        also = f"listen [::]:{NGINX_PORT};" if net.has_ipv6 else ""
        config.write_text(f"""\
user root;
daemon off;
master_process off;
pid {work}/nginx.pid;
error_log {logs}/nginx-error.log;
events {{ worker_connections 64; }}
http {{
  log_format lab '$msec $request_method $request_uri $status '
                 '$body_bytes_sent "$http_range" "$http_user_agent"';
  access_log {logs}/nginx.log lab;
  log_format peer '$remote_addr $request_uri';
  access_log {logs}/nginx-peers.log peer;
  default_type application/octet-stream;
  types {{ }}
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {work}/nginx-1;
  proxy_temp_path {work}/nginx-2;
  fastcgi_temp_path {work}/nginx-3;
  uwsgi_temp_path {work}/nginx-4;
  scgi_temp_path {work}/nginx-5;
  server {{ listen {NGINX_PORT}; {also} root {root}; }}
}}
""")
        super().__init__(Process(
            ["nginx", "-e", logs / "nginx-error.log", "-c", config],
            logs / "nginx-out.log", net.name))
        self.process.wait_listening("tcp", NGINX_PORT)


class Resolver(Server):
    """unloopd on port 80 over a site folder, or its stand-in in Python.

    The stand-in exists for `--firmware debian` runs of a tree that has not
    built unloopd; a lab run of our own firmware needs the real one.
    """

    def __init__(self, net: Network, work: Path, logs: Path,
                 site: Path) -> None:
        daemon = OUT / "bin" / "unloopd"
        self.is_standin = not daemon.exists()
        if self.is_standin:
            argv: list[str | Path] = [
                "/usr/bin/python3", Path(__file__).with_name("standin.py"),
                "--port", "80", site]
        else:
            argv = [daemon, "-d", "-p", "80", site]
        # Its state goes with the case, not to where a site's is kept.
        state = work / "state"
        state.mkdir(exist_ok=True)
        super().__init__(Process(
            argv, logs / "resolver.log", net.name,
            env={"STATE_DIRECTORY": str(state),
                 "RUNTIME_DIRECTORY": str(state)}))
        self.process.wait_listening("tcp", 80)


class FaultWeb(Server):
    """The web server that misbehaves as its rules say (see faultweb.py)."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 rules: list[dict[str, object]]) -> None:
        config = work / "faults.json"
        config.write_text(json.dumps(rules, indent=1))
        self.requests_log = logs / "faults.jsonl"
        super().__init__(Process(
            ["/usr/bin/python3", Path(__file__).with_name("faultweb.py"),
             "--port", str(FAULT_PORT), "--log", self.requests_log, config],
            logs / "faults.log", net.name))
        self.process.wait_listening("tcp", FAULT_PORT)

    def requests(self) -> list[dict[str, object]]:
        """What was asked and what went out, in order."""
        if not self.requests_log.exists():
            return []
        return [json.loads(line)
                for line in self.requests_log.read_text().splitlines()]
