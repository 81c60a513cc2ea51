# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: networks with IPv6 and DHCPv6."""

from __future__ import annotations

from collections.abc import Callable

from . import servers, servers6
from .boot import Boot
from .cases import SCRIPT, case
from .judge import fetched_at_least, fetched_once, http_times, linux_up, \
    linux_with
from .servers6 import Answer6


def dumb6(kind: str, **answer: object) -> Callable[[Boot],
                                                   list[servers.Server]]:
    """The same boot file, by TFTP, for everybody; by dnsmasq, dhcpd or kea."""
    def start(boot: Boot) -> list[servers.Server]:
        fields: dict[str, object] = {
            "url": f"tftp://{boot.server}/{boot.program}"} | answer
        for name in ("url", "ipxe_url"):
            if fields.get(name):
                fields[name] = boot.expand(str(fields[name]))
        given = Answer6(**fields)  # type: ignore[arg-type]
        known = {"dnsmasq": servers6.DnsmasqDhcp6,
                 "dhcpd": servers6.IscDhcpd6, "kea": servers6.Kea6}
        return [known[kind](boot.net, boot.work, boot.logs, given)]
    return start


# --- the lab proves itself with Debian's iPXE ------------------------------

case(name="uefi-ip6-stock-loops", machine="uefi-ip6", firmware="debian",
     ipv6="only",
     what="The trap is real with IPv6 too: stock iPXE loads itself again.",
     dhcp=dumb6("dnsmasq"), script=SCRIPT,
     until=lambda boot: boot.fetched(boot.program)
     >= boot.spec.native_fetches + 2,
     checks=[lambda boot: fetched_at_least(
                 boot.spec.native_fetches + 2)(boot),
             lambda boot: "Linux started" if boot.linux() else None])

case(name="uefi-ip6-stock-linux", machine="uefi-ip6", firmware="debian",
     ipv6="only",
     what="Out of the trap, stock iPXE boots the lab's Linux by IPv6.",
     dhcp=dumb6("dhcpd", ipxe_url="@NGINX@/boot.ipxe"), script=SCRIPT,
     web=("nginx",), until=linux_up,
     checks=[fetched_once, http_times("/boot.ipxe", 1), linux_with()])
