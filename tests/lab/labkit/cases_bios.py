# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: the BIOS formats besides undionly.kpxe."""

from __future__ import annotations

from urllib.parse import parse_qs

from .boot import Boot
from .cases import CARDS, SCRIPT, case, dumb
from .judge import (driven_by, fetched_once, http_times, linux_up, linux_with,
                    recognised)
from .payload import DISK_MARK

#: The PCI IDs of QEMU's cards, as option ROMs are named.
IDS = {"e1000": "8086100e", "e1000e": "808610d3", "rtl8139": "10ec8139",
       "vmxnet3": "15ad07b0", "virtio-net-pci": "1af41000"}


def discovers(times: int):  # type: ignore[no-untyped-def]
    """The machine began DHCP so many times."""
    def check(boot: Boot) -> str | None:
        got = len({m.xid for m in boot.wire.dhcp if m.kind == 1})
        if got != times:
            return f"DHCP began {got} times, not {times}"
        return None
    return check


def entered_once(boot: Boot) -> str | None:
    """Who asked for the script was the first of this product since reset."""
    got = [parse_qs(r.query).get("generation", [""])[0]
           for r in boot.wire.http if r.path == "/boot.ipxe"]
    return None if got == ["1"] else f"generations {got}, not 1"


for nic, chip in (CARDS | {"virtio-net-pci": "virtio-net"}).items():
    case(name=f"rom-{nic}", machine="bios-rom", nic=nic,
         ours=f"rom/{IDS[nic]}.rom",
         what=f"Option ROM of {nic}: the BIOS boots from it; it does not start "
         "its own file, which DHCP names, then Linux.",
         dhcp=dumb("dnsmasq"), script=SCRIPT, until=linux_up,
         files={"tftp/own.rom": "@ours"},
         checks=[linux_with(), driven_by(chip), entered_once,
                 http_times("/boot.ipxe", 1)])

case(name="rom-customised", machine="bios-rom",
     what="A script put into the finished ROM is run.",
     dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
     files={"image.ipxe": "#!ipxe\ndhcp\n@LINUX from=image@\n"},
     customise=["--script", "@WORK@/image.ipxe"],
     checks=[linux_with("from=image"), http_times("/boot.ipxe", 0)])

case(name="rom-second-card", machine="bios-rom",
     what="Two cards, the ROM on the second: that is net0, and it boots.",
     dhcp=dumb("dnsmasq", filename=None), until=linux_up,
     script="#!ipxe\n@LINUX first=${net0/mac}@\n",
     qemu=["-netdev", "user,id=n1,restrict=on", "-device",
           "virtio-net-pci,netdev=n1,mac=52:54:00:77:00:99,romfile=,addr=5"],
     checks=[linux_with("first=52:54:00:77:00:01"),
             http_times("/boot.ipxe", 1)])

case(name="rom-exit", machine="bios-rom",
     what="A ROM whose script ends gives the machine back: the next boot "
     "device starts.",
     dhcp=dumb("dnsmasq", filename=None), script="#!ipxe\nexit 0\n",
     qemu=["-drive", "file=@DISK@,format=raw,if=ide"],
     until=lambda boot: DISK_MARK in boot.serial,
     checks=[http_times("/boot.ipxe", 1)])

case(name="bios-pxe", machine="bios-pxe",
     what="ipxe.pxe unloads the PXE that loaded it, goes on with its lease, "
     "and drives the card itself: Linux.",
     dhcp=dumb("dnsmasq"), script=SCRIPT, until=linux_up,
     checks=[fetched_once, recognised, linux_with(), discovers(1),
             driven_by("82540em"), http_times("/boot.ipxe", 1)])

case(name="bios-undi-initrd", machine="bios-undi", web=("nginx",),
     what="ipxe.lkrn with a script as initrd, on a card that only its own "
     "ROM's UNDI can drive: Linux.",
     dhcp=dumb("dnsmasq"), files={"run.ipxe": "#!ipxe\ndhcp\n"
                                  "@LINUX from=initrd nic=${netX/chip}@\n"},
     qemu=["-initrd", "@WORK@/run.ipxe"], until=linux_up,
     checks=[linux_with("from=initrd nic=undionly"),
             http_times("/boot.ipxe", 0)])

case(name="bios-lkrn-cmdline", machine="bios-native", web=("nginx",),
     what="The command line of ipxe.lkrn is run, without the words that "
     "loaders add to it; an initrd that is no script is the kernel's.",
     dhcp=dumb("dnsmasq"),
     files={"web/site.ipxe": "#!ipxe\nkernel @WEB@/vmlinuz @KARGS@ "
            "from=cmdline\nboot\n",
            "initrd.gz": "@initrd"},
     qemu=["-initrd", "@WORK@/initrd.gz", "-append",
           "BOOT_IMAGE=/ipxe.lkrn dhcp && chain "
           "http://10.77.0.1:8080/site.ipxe initrd=initrd.gz"],
     until=linux_up, checks=[linux_with("from=cmdline"),
                             http_times("/site.ipxe", 1),
                             http_times("/initrd.img", 0)])
