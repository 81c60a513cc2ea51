# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: what the machine says of itself, addresses that
are set, VLANs, fragments."""

from __future__ import annotations

import re
from pathlib import Path

from . import servers
from .base import run
from .boot import Boot
from .cases import CARDS, ESP, case, dumb
from .judge import fetched_once, linux_up, linux_with, said, sha256
from .netns import BRIDGE, OTHER_SERVER, SERVER
from .servers import NGINX_PORT

# --- another address --------------------------------------------------------

OTHER_MAC = "02:75:6e:6c:6f:77"
OTHER_ADDRESS = ("#!ipxe\nset net0/mac " + OTHER_MAC + "\ndhcp net0\n"
                 "@LINUX mac=${net0/mac} hw=${net0/hwaddr}@\n")


def sent_by(mac: str):  # type: ignore[no-untyped-def]
    """DHCP was asked and the kernel fetched from this address."""
    def check(boot: Boot) -> str | None:
        asked = {m.mac for m in boot.wire.dhcp
                 if m.client == mac and m.kind in (1, 3)}
        if asked != {mac}:
            return f"DHCP was not asked from {mac} but from {asked or 'none'}"
        got = {r.mac for r in boot.wire.http if r.path.endswith("/vmlinuz")}
        return None if got == {mac} else f"the kernel was fetched by {got}"
    return check


for name, machine, nic in (("undi", "bios", None),
                           *((nic, "bios-native", nic) for nic in CARDS),
                           ("virtio", "bios-native", "virtio-net-pci")):
    case(name=f"mac-{name}", machine=machine, nic=nic,
         what="The card gets another address: DHCP and the kernel's download "
         "are sent from that and answered to it.",
         dhcp=dumb("dnsmasq"), script=OTHER_ADDRESS, until=linux_up,
         checks=[sent_by(OTHER_MAC),
                 linux_with(f"mac={OTHER_MAC} hw=52:54:00:77:00:01")])

OLD_MAC = "52:54:00:77:00:01"


def knock(boot: Boot) -> None:
    """Ping the machine by its old address and by its new one."""
    ip = re.search(r"(?m)^READY (\S+)$", boot.plain_serial())
    assert ip
    boot.notes.append(run(
        "ip", "netns", "exec", boot.net.name, "/usr/bin/python3",
        str(Path(__file__).with_name("knock.py")), "tap0", SERVER, ip[1],
        OTHER_MAC, OLD_MAC).strip().replace("\n", ", "))
    boot.machine.type(" ")


def hears_the_new_address(boot: Boot) -> str | None:
    want = f"{OTHER_MAC} answers, {OLD_MAC} is silent"
    if want in boot.notes:
        return None
    return f"by the addresses: {boot.notes}"


for nic in (*CARDS, "virtio-net-pci"):
    case(name=f"mac-hears-{nic}", machine="bios-native", nic=nic,
         what="A card with another address hears that one and not its own.",
         dhcp=dumb("dnsmasq"), until=linux_up,
         script="#!ipxe\nset net0/mac " + OTHER_MAC + "\ndhcp net0\n"
         "echo READY ${net0/ip}\nprompt\n@LINUX@\n",
         actions=[(said(r"(?m)^READY \S+$"), knock)],
         checks=[hears_the_new_address, linux_with()])

case(name="mac-refused", machine="uefi",
     what="A UEFI driver that takes no other address: the step fails with a "
     "sentence, || goes on, and with its own address Linux boots.",
     dhcp=dumb("dnsmasq"), until=linux_up,
     script="#!ipxe\nset net0/mac " + OTHER_MAC + "\nifopen net0 || goto on\n"
     "@LINUX never@\n:on\nset rc ${errno:hexhyp}\nclear net0/mac\n"
     "dhcp net0\n@LINUX rc=${rc} mac=${net0/mac}@\n",
     checks=[fetched_once, linux_with("rc=[0-9a-f-]+ mac=52:54:00:77:00:01"),
             lambda boot: None if "does not take another address"
             in boot.plain_serial() else "no sentence says why"])

# --- what the machine says of itself ----------------------------------------

#: A script that QEMU lays into memory, where imgmem finds it.
NOTE = "#!ipxe\nset note read-from-memory\n"
NOTE_AT = 0x8000000
#: An SSDT's code: Name (AMAC, "..."), ACPI 6.5 20.2.5.1.
SSDT = "\x08AMAC\x0d_AUXMAC_#0200AABBCC01#\x00"
SSDT_TABLE = ["-acpitable", "sig=SSDT,rev=2,data=@WORK@/ssdt.bin"]
FACTS = ("#!ipxe\n"
         f"imgmem --name note.ipxe {NOTE_AT:#x} {len(NOTE)}\n"
         "chain --autofree note.ipxe\n"
         "reboot --setup || set setup refused\n"
         "echo SHOWN ONCE\nshow --quiet dmesg\n"
         "@LINUX note=${note} memory=${memsize} first=${memmap/0.1.0} "
         "table=${acpi/0x50434146.0.0.0.4:string} "
         "oem=${acpi/0x50434146.0.0.10.5:string} "
         "none=<${acpi/0x21212121.0.0.0.4}> lang=<${efi/PlatformLang:string}> "
         "setup=${setup} own=${sysmac}@\n")
#: The line is the firmware's there: these two change nothing.
FACTS_UEFI = FACTS.replace("reboot --setup || set setup refused\n",
                           "set com-port 0x2f8\nset com-speed 9600\n")


def shown_again(boot: Boot) -> str | None:
    if boot.plain_serial().count("\nSHOWN ONCE\n") != 2:
        return "${dmesg} does not have what was shown"
    return None


for machine, script, memory, lang in (
        ("bios-native", FACTS, "51[01]", "<> setup=refused own=02:00:aa:bb:cc:01"),
        ("uefi", FACTS_UEFI, "7[56][0-9]", "<en[a-zA-Z-]*> setup= own=02:00:aa:bb:cc:01")):
    case(name=f"settings-{machine}", machine=machine,
         what="Memory, ACPI tables and the address in them, UEFI variables and "
         "what was shown are settings; a script is run from memory.",
         dhcp=dumb("dnsmasq"), script=script, files={"note.ipxe": NOTE, "ssdt.bin": SSDT},
         qemu=[*SSDT_TABLE, "-device", "loader,file=@WORK@/note.ipxe,force-raw=on,"
               f"addr={NOTE_AT:#x}"],
         until=linux_up,
         checks=[shown_again, linux_with(f"note=read-from-memory memory={memory} "
                            "first=0{16} table=FACP oem=BOCHS none=<> "
                            f"lang={lang}")])


def setup_was_asked_for(boot: Boot) -> str | None:
    """The variable OsIndications is kept with bit 0, UEFI 2.10 8.5.4."""
    name = "OsIndications\0".encode("utf-16le")
    kept = (boot.work / "vars.fd").read_bytes()
    value = bytes([1, 0, 0, 0, 0, 0, 0, 0])
    return None if name + value in kept else \
        "OsIndications is not 1 in the machine's variables"


case(name="uefi-setup", machine="uefi",
     what="`reboot --setup` asks the firmware for its set-up, and resets.",
     dhcp=dumb("dnsmasq"), script="#!ipxe\necho ASKING\nreboot --setup\n"
     "echo STILL HERE\npoweroff\n",
     until=lambda boot: not boot.machine.is_running(),
     checks=[fetched_once, setup_was_asked_for,
             lambda boot: "it did not reset" if "\nSTILL HERE"
             in boot.plain_serial() else None])

# --- USB --------------------------------------------------------------------

case(name="uefi-usb", machine="uefi",
     what="usbscan goes from device to device; their descriptors and strings "
     "are settings.",
     dhcp=dumb("dnsmasq"), until=linux_up,
     script="#!ipxe\nset count:int32 0\n:next\n"
     "usbscan dev || goto end\ninc count\n"
     "set all ${all}${usb/${dev}.8.2}-${usb/${dev}.10.2}"
     "-${usb/${dev}.15.0}-${usb/${dev}.0.0:hexraw},\ngoto next\n:end\n"
     "@LINUX count=${count} first=${usb/257.0.2:uristring} "
     "all=${all:uristring} none=<${usb/600.0.0}>@\n",
     qemu=["-device", "qemu-xhci", "-device", "usb-kbd",
           "-device", "usb-audio,audiodev=a", "-audiodev", "none,id=a"],
     checks=[linux_with(
         "count=2 first=QEMU%20USB%20[A-Z][a-z]+ "
         "all=2706-0100-QEMU%20USB%20Keyboard-12010002[0-9a-f]{8}27060100"
         "[0-9a-f]{12},f446-0200-QEMU%20USB%20Audio-12010001[0-9a-f]{8}"
         "f4460200[0-9a-f]{12}, none=<>")])

# --- a warm restart ---------------------------------------------------------


def wants_warm_boot(boot: Boot) -> bool:
    """Is the word at 40:72 of the BIOS the one for a warm boot? QEMU keeps the
    memory as it was when the machine reset itself."""
    if "ASKING" not in boot.plain_serial():
        return False
    path = boot.work / "reset-flag"
    boot.machine.monitor({"execute": "pmemsave", "arguments": {
        "val": 0x472, "size": 2, "filename": str(path)}})
    return path.read_bytes() == b"\x34\x12"


def kbd_reset(boot: Boot) -> str | None:
    """OVMF resets by port 0xcf9, but warmly by the keyboard controller."""
    if "0xfe" not in (boot.work / "trace.log").read_text():
        return "the machine was not reset by the keyboard controller"
    return None


case(name="bios-warm", machine="bios-native",
     what="`reboot --warm` tells the BIOS to leave its tests of the memory out.",
     dhcp=dumb("dnsmasq"), script="#!ipxe\necho ASKING\nreboot --warm\n",
     qemu=["-action", "reboot=shutdown,shutdown=pause"],
     until=wants_warm_boot, checks=[])

case(name="uefi-warm", machine="uefi",
     what="`reboot --warm` asks the firmware for a warm reset.",
     dhcp=dumb("dnsmasq"), script="#!ipxe\necho ASKING\nreboot --warm\n"
     "echo STILL HERE\npoweroff\n",
     qemu=["-trace", "pckbd_kbd_write_command", "-D", "@WORK@/trace.log"],
     until=lambda boot: not boot.machine.is_running(), checks=[kbd_reset])

# --- VLANs ------------------------------------------------------------------

TAG = 5


def with_vlan(boot: Boot) -> list[servers.Server]:
    return [*dumb("dnsmasq")(boot),
            servers.Vlan(boot.net, boot.work, boot.logs, TAG)]


def went_by_the_vlan(boot: Boot) -> str | None:
    got = {r.vlan for r in boot.wire.http
           if r.path in ("/vmlinuz", "/initrd.img")}
    return None if got == {TAG} else f"the kernel came by VLANs {got or '-'}"


for machine, nic in (("bios-native", "e1000"), ("uefi", None)):
    case(name=f"vlan-{machine}", machine=machine, nic=nic,
         what="DHCP and the kernel's download in a VLAN, whose frames are "
         "tagged.",
         dhcp=with_vlan, web=("resolver", "nginx"), until=linux_up,
         script=f"#!ipxe\nvcreate --tag {TAG} net0\ndhcp net0-{TAG}\n"
         f"kernel http://{OTHER_SERVER}:{NGINX_PORT}/vmlinuz @KARGS@ "
         f"ip=${{net0-{TAG}/ip}}\n"
         f"initrd http://{OTHER_SERVER}:{NGINX_PORT}/initrd.img\nboot\n",
         checks=[went_by_the_vlan, linux_with(r"ip=10\.78\.0\.1\d\d")])

# --- the switch -------------------------------------------------------------

#: What lldpswitch.py says, by iPXE's way of naming it.
LLDP = ("#!ipxe\n:wait\nisset ${net0.lldp/1.0.0.0} && goto on || sleep 1\n"
        "goto wait\n:on\n"
        "@LINUX switch=${net0.lldp/5.0.0.0:string} "
        "port=${netX.lldp/5.2.0.1.0:string} "
        "chassis=${net0.lldp/4.1.0.1.0:hex} "
        "vlan=${net0.lldp/0x0080c2.1.127.0.4.2:int16} "
        "address=${net0.lldp/5.1.8.0.2.4:ipv4}@\n")
LLDP_SAID = ("switch=lab-switch port=ge-0/0/7 chassis=02:00:00:00:00:99 vlan=42 "
             "address=10.77.0.99")


def at_a_switch(boot: Boot) -> list[servers.Server]:
    return [*dumb("dnsmasq")(boot), servers.LldpSwitch(boot.net, boot.logs)]


case(name="lldp-snp", machine="uefi",
     what="The switch says by LLDP who it is: its name, port and VLAN are "
     "settings. By the firmware's driver.",
     dhcp=at_a_switch, script=LLDP, until=linux_up,
     checks=[linux_with(LLDP_SAID)])

for nic in CARDS:
    case(name=f"lldp-{nic}", machine="uefi-disk", nic=nic,
         what=f"LLDP reaches our driver of {nic}.",
         dhcp=at_a_switch, script=LLDP, qemu=ESP,
         files={"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
         until=linux_up, checks=[linux_with(LLDP_SAID)])

case(name="lldp-undi", machine="bios",
     what="LLDP by the native PXE's driver: CONFIG=full has it on BIOS too.",
     dhcp=at_a_switch, script=LLDP,
     files={"tftp/undionly.kpxe": "@config-full"}, until=linux_up,
     checks=[linux_with(LLDP_SAID)])

# --- fragments --------------------------------------------------------------


def narrow(boot: Boot) -> None:
    """From now on the server's packets are of 600 bytes at most."""
    boot.net.ip("link", "set", BRIDGE, "mtu", "600")
    boot.machine.type(" ")


def was_fragmented(boot: Boot) -> str | None:
    if boot.wire.fragments < 1000:
        return f"only {boot.wire.fragments} fragments came by"
    return None


case(name="tftp-fragments", machine="bios-native",
     what="TFTP over a narrow network: Linux's kernel sends blocks in "
     "fragments, and the RAM disk's sum is right.",
     dhcp=dumb("dnsmasq"), until=linux_up, files={"tftp/part.img": "@part"},
     script="#!ipxe\necho READY\nprompt\nkernel @WEB@/vmlinuz @KARGS@\n"
     "initrd @WEB@/initrd.img\ninitrd tftp://@IP@/part.img\nboot\n",
     actions=[(said("(?m)^READY"), narrow)],
     checks=[was_fragmented, linux_with(), sha256("/payload-part", "part")])
