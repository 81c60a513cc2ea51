# SPDX-License-Identifier: BSD-2-Clause-Patent
"""DHCPv6 servers, and the router that sends machines to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .base import Process
from .netns import BRIDGE, POOL6, PREFIX6, SERVER6, Network
from .servers import Router6, Server, _dnsmasq



@dataclass(frozen=True)
class Answer6:
    """What a DHCPv6 server tells; None leaves it out."""
    #: The boot file's URL (option 59) that every client gets.
    url: str | None = None
    #: That for clients with user class iPXE.
    ipxe_url: str | None = None
    #: Say that this is UEFI HTTP Boot's answer (dhcpd): dnsmasq cannot.
    is_http: bool = False
    #: Addresses too, or (stateless) the rest alone, beside SLAAC?
    is_stateful: bool = True
    dns: bool = True
    domain: str | None = "lab.test"


class DnsmasqDhcp6(Server):
    """dnsmasq as DHCPv6 server and router."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer6) -> None:
        if answer.is_stateful:
            pool = f"{POOL6[0]},{POOL6[1]},64,1h"
        else:
            pool = f"{PREFIX6},ra-stateless,64"
        words = [f"--interface={BRIDGE}", "--port=0", "--log-dhcp",
                 "--enable-ra", "--dhcp-authoritative",
                 f"--dhcp-leasefile={work}/dnsmasq6.leases",
                 f"--dhcp-range={pool}"]
        words.append(f"--dhcp-option=option6:dns-server,[{SERVER6}]"
                     if answer.dns else "--dhcp-option=option6:dns-server")
        if answer.domain:
            words.append("--dhcp-option=option6:domain-search,"
                         f"{answer.domain}")
        general = ""
        if answer.ipxe_url:
            words += ["--dhcp-userclass=set:ipxe6,iPXE",
                      "--dhcp-option=tag:ipxe6,option6:bootfile-url,"
                      f"{answer.ipxe_url}"]
            general = "tag:!ipxe6,"
        if answer.url:
            words.append(f"--dhcp-option={general}option6:bootfile-url,"
                         f"{answer.url}")
        super().__init__(_dnsmasq(net, work, logs / "dhcp6.log", words))
        self.process.wait_listening("udp", 547)


class WithRouter(Server):
    """A DHCPv6 server, and a router that sends machines to it."""

    def __init__(self, process: Process, net: Network, logs: Path,
                 answer: Answer6) -> None:
        super().__init__(process)
        process.wait_listening("udp", 547)
        words = ["--lifetime=1800", "--other", f"--prefix={PREFIX6}"]
        words.append("--managed" if answer.is_stateful else "--slaac")
        self.router = Router6(net, logs, *words)

    def stop(self) -> None:
        self.router.stop()
        super().stop()


class IscDhcpd6(WithRouter):
    """ISC dhcpd for DHCPv6."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer6) -> None:
        lines = ["authoritative;", "ddns-update-style none;",
                 "default-lease-time 3600;",
                 "option dhcp6.user-class code 15 = string;",
                 "option dhcp6.vendor-class code 16 = "
                 "{integer 32, integer 16, string};",
                 "option dhcp6.bootfile-url code 59 = string;"]
        if answer.dns:
            lines.append(f"option dhcp6.name-servers {SERVER6};")
        if answer.domain:
            lines.append(f'option dhcp6.domain-search "{answer.domain}";')
        lines.append(f"subnet6 {PREFIX6}/64 {{")
        if answer.is_stateful:
            lines.append(f"  range6 {POOL6[0]} {POOL6[1]};")
        if answer.is_http:
            lines.append('  option dhcp6.vendor-class 343 10 "HTTPClient";')
        general = ""
        if answer.ipxe_url:
            # The length of the class, two bytes, is before it.
            lines.append('  if substring(option dhcp6.user-class, 2, 4) = '
                         '"iPXE" { option dhcp6.bootfile-url '
                         f'"{answer.ipxe_url}"; }}')
            general = "else "
        if answer.url:
            given = f'option dhcp6.bootfile-url "{answer.url}";'
            lines.append(f"  else {{ {given} }}" if general else f"  {given}")
        lines.append("}")
        config, leases = work / "dhcpd6.conf", work / "dhcpd6.leases"
        config.write_text("\n".join(lines) + "\n")
        leases.write_text("")
        super().__init__(Process(
            ["dhcpd", "-6", "-f", "-d", "-cf", config, "-lf", leases, "-pf",
             work / "dhcpd6.pid", BRIDGE], logs / "dhcp6.log", net.name),
            net, logs, answer)


class Kea6(WithRouter):
    """Kea's DHCPv6 server."""

    def __init__(self, net: Network, work: Path, logs: Path,
                 answer: Answer6) -> None:
        options = []
        if answer.dns:
            options.append({"name": "dns-servers", "data": SERVER6})
        if answer.domain:
            options.append({"name": "domain-search", "data": answer.domain})
        # What a class says goes before what is general, and after a subnet's.
        general = [{"name": "bootfile-url", "data": answer.url}
                   ] if answer.url else []
        subnet: dict[str, object] = {
            "subnet": f"{PREFIX6}/64", "interface": BRIDGE,
            "option-data": options}
        if answer.is_stateful:
            subnet["pools"] = [{"pool": f"{POOL6[0]} - {POOL6[1]}"}]
        dhcp6: dict[str, object] = {
            "interfaces-config": {"interfaces": [BRIDGE]},
            "lease-database": {"type": "memfile", "persist": False},
            "server-id": {"type": "LL", "persist": False},
            "preferred-lifetime": 3000, "valid-lifetime": 4000,
            "subnet6": [subnet], "option-data": general,
            "loggers": [{"name": "kea-dhcp6", "severity": "INFO",
                         "output_options": [{"output": "stdout"}]}],
        }
        if answer.ipxe_url:
            dhcp6["client-classes"] = [{
                "name": "iPXE",
                "test": "substring(option[15].hex, 2, 4) == 'iPXE'",
                "option-data": [{"name": "bootfile-url",
                                 "data": answer.ipxe_url}]}]
        path = work / "kea6.json"
        path.write_text(json.dumps({"Dhcp6": dhcp6}, indent=1))
        super().__init__(Process(
            ["kea-dhcp6", "-c", path], logs / "dhcp6.log", net.name,
            env={"KEA_PIDFILE_DIR": str(work),
                 "KEA_LOCKFILE_DIR": str(work)}), net, logs, answer)
