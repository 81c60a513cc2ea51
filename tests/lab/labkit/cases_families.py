# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: IPv6 beside IPv4, and by hand."""

from __future__ import annotations

from collections.abc import Callable

from . import servers
from .boot import Boot
from .cases import CARDS, ESP, case, dumb
from .judge import fetched_once, linux_up, linux_with, recognised
from .netns import PREFIX6, SERVER6
from .servers import NGINX_PORT

#: Linux by HTTP over IPv6, from an address and from a name.
LINUX6 = (f"kernel http://[{SERVER6}]:{NGINX_PORT}/vmlinuz @KARGS@ %s\n"
          f"initrd http://boot.lab.test:{NGINX_PORT}/initrd.img\nboot\n")


def with_router(boot: Boot) -> list[servers.Server]:
    """The usual DHCP server, and a router that has addresses for all."""
    return [*dumb("dnsmasq")(boot),
            servers.Router6(boot.net, boot.logs, "--lifetime=1800",
                            f"--prefix={PREFIX6}", "--slaac")]


def by_ipv6(*names: str) -> Callable[[Boot], "str | None"]:
    """nginx sent each of these files over IPv6, and not over IPv4."""
    def check(boot: Boot) -> str | None:
        log = (boot.logs / "nginx-peers.log").read_text().splitlines()
        for name in names:
            lines = [line for line in log if line.endswith(f" /{name}")]
            if not lines or not all(line.startswith(PREFIX6.rstrip(":"))
                                    for line in lines):
                return f"{name} did not come by IPv6 alone: {lines}"
        return None
    return check


case(name="ipv6-beside-ipv4", machine="uefi", ipv6="both",
     web=("resolver", "nginx"),
     what="A network with both families: booted by IPv4, and IPv6 is there "
     "too. An IPv6 literal works, and a name with both addresses is fetched "
     "by IPv6.",
     dhcp=with_router, until=linux_up,
     script="#!ipxe\nnslookup six boot.lab.test\n" + LINUX6
     % "ip6=${net0/ip6} six=${six} gw=${gateway6} four=${net0/ip}",
     checks=[fetched_once, recognised, by_ipv6("vmlinuz", "initrd.img"),
             linux_with(r"ip6=2001:db8:77:\S+ six=2001:db8:77::1 "
                        r"gw=fe80::\S+ four=10\.77\.0\.\d+")])

case(name="ipv6-by-hand", machine="uefi", ipv6="both",
     web=("resolver", "nginx"),
     what="No router: a script sets address, length, gateway and DNS server, "
     "and everything goes by IPv6.",
     dhcp=dumb("dnsmasq"), until=linux_up,
     script="#!ipxe\nset net0/ip6 2001:db8:77::5\nset net0/len6 64\n"
     f"set net0/gateway6 {SERVER6}\nset net0/dns6 {SERVER6}\n"
     f"ping --count 1 {SERVER6} && set pinged yes ||\nroute\nnstat\n"
     + LINUX6 % "ip6=${net0/ip6} pinged=${pinged}",
     checks=[fetched_once, by_ipv6("vmlinuz", "initrd.img"),
             linux_with("ip6=2001:db8:77::5 pinged=yes")])

for nic in CARDS:
    case(name=f"ipv6-driver-{nic}", machine="uefi-disk", nic=nic,
         ipv6="both", web=("resolver", "nginx"),
         what=f"IPv6 by our driver of {nic}: it takes what is sent to groups.",
         dhcp=with_router, qemu=ESP, until=linux_up,
         files={"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
         script="#!ipxe\n" + LINUX6 % "ip6=${net0/ip6}",
         checks=[by_ipv6("vmlinuz", "initrd.img"),
                 linux_with(r"ip6=2001:db8:77:\S+")])

case(name="ipv6-undi", machine="bios", ipv6="both",
     web=("resolver", "nginx"),
     what="IPv6 on BIOS, by the native PXE's driver: CONFIG=full has it.",
     dhcp=with_router, until=linux_up,
     files={"tftp/undionly.kpxe": "@config-full"},
     script="#!ipxe\n" + LINUX6 % "ip6=${net0/ip6}",
     checks=[by_ipv6("vmlinuz", "initrd.img"),
             linux_with(r"ip6=2001:db8:77:\S+")])

case(name="ipv6-bios-e1000", machine="bios-native", ipv6="both",
     web=("resolver", "nginx"), files={"tftp/ipxe.lkrn": "@config-full"},
     what="IPv6 on BIOS, by our driver of e1000.",
     dhcp=with_router, until=linux_up,
     script="#!ipxe\n" + LINUX6 % "ip6=${net0/ip6}",
     checks=[by_ipv6("vmlinuz", "initrd.img"),
             linux_with(r"ip6=2001:db8:77:\S+")])
