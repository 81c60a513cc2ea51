# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: PXE boot servers and boot menus."""

from __future__ import annotations

import time
from collections.abc import Callable

from . import servers
from .boot import Boot
from .cases import ESP, case
from .judge import (fetched_at_least, fetched_at_most, linux_up, linux_with,
                    said)
from .screen import monitor
from .servers import Answer

ITEMS = {"tftp/one.ipxe": "#!ipxe\n@LINUX from=one@\n",
         "tftp/two.ipxe": "#!ipxe\n@LINUX from=two@\n"}
SERVICES = [("The first Linux", "one.ipxe"), ("The second Linux", "two.ipxe")]


def pxe_menu(prompt: str, services: list[tuple[str, str]]) -> Callable[
        [Boot], list[servers.Server]]:
    """A PXE server with a menu for BIOS machines, beside a DHCP server that
    knows nothing."""
    def start(boot: Boot) -> list[servers.Server]:
        return [
            servers.IscDhcpd(boot.net, boot.work, boot.logs, Answer(),
                             second_host=True),
            servers.PxeMenu(boot.net, boot.work, boot.logs, prompt, services)]
    return start


def from_item(name: str) -> list:  # type: ignore[type-arg]
    """That item was fetched, not the other, and its Linux is up."""
    other = {"one": "two", "two": "one"}[name]
    return [linux_with(f"from={name}"),
            fetched_at_least(1, f"{name}.ipxe"),
            fetched_at_most(0, f"{other}.ipxe")]


case(name="pxe-boot-server", machine="bios-native", web=("nginx",),
     what="`pxebs` finds the boot server of a type (with its bytes swapped, as "
     "stock iPXE has it) at port 4011 of a real dnsmasq, and the file that it "
     "names boots Linux.",
     dhcp=pxe_menu("Which one?,30", SERVICES), stock_can=True,
     files=ITEMS | {"run.ipxe":
                    "#!ipxe\ndhcp\npxebs net0 384\n"
                    "chain tftp://${pxebs/next-server}/${pxebs/filename}\n"},
     qemu=["-initrd", "@WORK@/run.ipxe"], until=linux_up,
     checks=from_item("two"))

case(name="pxe-menu-timeout", machine="bios-native", web=("nginx",),
     what="autoboot shows the prompt of a real dnsmasq's PXE boot menu; its "
     "time-out boots the first item's Linux.",
     dhcp=pxe_menu("Press F8 for the menu,3", SERVICES), stock_can=True,
     files=ITEMS | {"run.ipxe": "#!ipxe\nautoboot net0\n"},
     qemu=["-initrd", "@WORK@/run.ipxe"], until=linux_up,
     checks=from_item("one"))


def choose_second(boot: Boot) -> None:
    """F8 at the prompt, then the second item."""
    monitor(boot, "sendkey f8 40")
    time.sleep(1)
    monitor(boot, "sendkey down 40")
    time.sleep(0.3)
    monitor(boot, "sendkey ret 40")


case(name="pxe-menu-f8", machine="bios-native", web=("nginx",),
     what="F8 at the prompt shows the PXE boot menu; the second item is chosen "
     "on the keyboard and boots Linux.",
     dhcp=pxe_menu("Press F8 for the menu,60", SERVICES),
     files=ITEMS | {"run.ipxe": "#!ipxe\nautoboot net0\n"},
     qemu=["-initrd", "@WORK@/run.ipxe"], until=linux_up,
     actions=[(said("Press F8 for the menu"), choose_second)],
     checks=from_item("two"))

case(name="pxe-menu-local", machine="bios-native", web=("nginx",),
     what="The menu's item for the local disk is no failure: the script goes "
     "on.",
     dhcp=pxe_menu("Press F8 for the menu,2",
                   [("Local disk", ""), *SERVICES]), stock_can=True,
     files=ITEMS | {"run.ipxe":
                    "#!ipxe\nautoboot net0 && goto local ||\n"
                    "@LINUX from=failure@\n:local\n@LINUX from=local@\n"},
     qemu=["-initrd", "@WORK@/run.ipxe"], until=linux_up,
     checks=[linux_with("from=local"), fetched_at_most(0, "one.ipxe")])

case(name="pxe-menu-embedded", machine="bios-native", web=("nginx",),
     what="The embedded script shows a PXE boot menu where DHCP gives that and "
     "no file name.",
     dhcp=pxe_menu("Press F8 for the menu,2", SERVICES), files=ITEMS,
     until=linux_up, checks=from_item("one"))

def from_disk(script: str) -> dict[str, str]:
    """ipxe.efi on a disk, which runs this script."""
    return ITEMS | {"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi",
                    "esp/autoexec.ipxe": "#!ipxe\n" + script}


case(name="uefi-boot-server", machine="uefi-disk", web=("nginx",),
     what="UEFI: nothing is said of boot servers; `pxebs` asks everybody, and "
     "the file of who answers boots Linux.",
     dhcp=pxe_menu("Which one?,30", SERVICES), qemu=ESP,
     files=from_disk("dhcp\npxebs net0 0x8001\nchain tftp://"
                     "${pxebs/next-server}/${pxebs/filename}\n"),
     until=linux_up, checks=from_item("two"))

# dnsmasq gives menus to BIOS machines only.
case(name="uefi-menu-timeout", machine="uefi-disk", web=("nginx",),
     what="UEFI: a PXE boot menu that a script made up; its time-out asks "
     "everybody for the first item, and Linux boots.",
     dhcp=pxe_menu("Which one?,30", SERVICES), qemu=ESP,
     files=from_disk("set net0/vendor-class PXEClient\n"
                     "set net0/43.9:hex 80:01:03:54:77:6f:80:00:03:4f:6e:65\n"
                     "set net0/43.10:hex 02:46:38\nautoboot net0\n"),
     until=linux_up, checks=from_item("two"))
