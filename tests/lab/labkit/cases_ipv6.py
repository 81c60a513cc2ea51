# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: networks with IPv6 and DHCPv6."""

from __future__ import annotations

from collections.abc import Callable

from . import servers, servers6
from .boot import Boot, Check
from .cases import ESP, SCRIPT, case
from .judge import (fetched_at_least, fetched_at_most, fetched_once,
                    flight_recorded, http_times, linux_up, linux_with,
                    recognised)
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


def said_once(text: str) -> Check:
    """The console said this, once."""
    def check(boot: Boot) -> str | None:
        times = boot.plain_serial().count(text)
        return None if times == 1 else f"'{text}' was said {times} times"
    return check


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

# --- networks without IPv4 ---------------------------------------------------

for kind in ("dnsmasq", "dhcpd", "kea"):
    case(name=f"uefi-ip6-{kind}", machine="uefi-ip6", ipv6="only",
         what=f"{kind} gives everybody the same file by DHCPv6: one fetch of "
         "our binary, then Linux.",
         dhcp=dumb6(kind), script=SCRIPT, until=linux_up,
         checks=[fetched_once, recognised, flight_recorded,
                 http_times("/boot.ipxe", 1), linux_with()])

#: The firmware's own PXE does not boot by stateless DHCPv6: from a disk.
case(name="uefi-ip6-stateless", machine="uefi-full", ipv6="only", qemu=ESP,
     what="An address made of the router's prefix, and our own file by "
     "stateless DHCPv6: it is recognised, then Linux.",
     dhcp=dumb6("dnsmasq", is_stateful=False), script=SCRIPT, until=linux_up,
     files={"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
     checks=[said_once("it is this very firmware"), fetched_at_most(0),
             flight_recorded,
             http_times("/boot.ipxe", 1), linux_with()])

case(name="uefi-ip6-resolver-by-name", machine="uefi-full", ipv6="only",
     what="DHCPv6 names no file: the resolver is found by the first name of "
     "its search list.", qemu=ESP,
     dhcp=dumb6("kea", url=None), script=SCRIPT, until=linux_up,
     files={"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
     checks=[said_once("resolver by name, http://boot.lab.test/boot.ipxe"),
             http_times("/boot.ipxe", 1), linux_with()])

case(name="uefi-ip6-tftp-script", machine="uefi-ip6", ipv6="only", web=(),
     what="Without a resolver, boot.ipxe of the server that DHCPv6's boot "
     "file is on is run; all of Linux comes by TFTP.",
     dhcp=dumb6("dhcpd"),
     files={"tftp/boot.ipxe": "#!ipxe\nkernel tftp://@IP@/vmlinuz @KARGS@\n"
            "initrd tftp://@IP@/initrd.img\nboot\n",
            "tftp/vmlinuz": "@vmlinuz", "tftp/initrd.img": "@initrd"},
     until=linux_up,
     checks=[fetched_once, recognised, fetched_at_least(1, "vmlinuz"),
             linux_with()])

case(name="uefi-ip6-autoexec", machine="uefi-ip6", ipv6="only",
     what="autoexec.ipxe beside the binary comes first over IPv6 too.",
     dhcp=dumb6("dnsmasq"), script="#!ipxe\n@LINUX from=resolver@\n",
     files={"tftp/autoexec.ipxe": "#!ipxe\n@LINUX from=autoexec@\n"},
     until=linux_up,
     checks=[fetched_once, linux_with("from=autoexec"),
             http_times("/boot.ipxe", 0)])

case(name="uefi-ip6-class-script-url", machine="uefi-ip6", ipv6="only",
     what="An http:// script URL that DHCPv6 has for user class iPXE is used; "
     "the address is what Linux is told.",
     dhcp=dumb6("kea", ipxe_url="@NGINX@/site.ipxe"), web=("nginx",),
     files={"web/site.ipxe": "#!ipxe\n@LINUX ip=${net0.dhcpv6/ip6}@\n"},
     until=linux_up, stock_can=True,
     checks=[fetched_once, http_times("/site.ipxe", 1),
             linux_with(r"ip=2001:db8:77::d:1[0-9a-f]{2}")])

case(name="uefi-ip6-autoboot", machine="uefi-ip6", ipv6="only",
     what="autoboot fetches what DHCPv6 names; names are found by its DNS "
     "servers and search list.",
     dhcp=dumb6("dnsmasq", ipxe_url="tftp://boot/site.ipxe"), web=("nginx",),
     customise=["--script", "@WORK@/image.ipxe"],
     files={"image.ipxe": "#!ipxe\nautoboot net0\n",
            "tftp/site.ipxe": "#!ipxe\n@LINUX from=autoboot@\n"},
     until=linux_up,
     checks=[fetched_once, fetched_at_least(1, "site.ipxe"),
             linux_with("from=autoboot")])

case(name="usb-distro-ip6-uefi-full", machine="uefi-full", ipv6="only",
     medium="distro/ipxe.usb", firmware="debian", web=("nginx",),
     what="Debian's iPXE runs our script, which takes the URL that DHCPv6 has "
     "for it.",
     dhcp=dumb6("dhcpd", url=None, ipxe_url="@NGINX@/site.ipxe"),
     files={"web/site.ipxe": "#!ipxe\n@LINUX from=site@\n"}, until=linux_up,
     checks=[http_times("/site.ipxe", 1), linux_with("from=site")])

case(name="uefi-ip6-http-boot", machine="uefi-http6", ipv6="only",
     web=("resolver", "nginx"), timeout=180,
     what="UEFI HTTP Boot over IPv6 loads our binary once, then Linux.",
     dhcp=dumb6("dhcpd", url="@NGINX@/snponly.efi", is_http=True),
     script=SCRIPT, until=linux_up, files={"web/snponly.efi": "@ours"},
     checks=[http_times("/snponly.efi", 1), linux_with()])
