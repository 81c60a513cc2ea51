# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: USB sticks and discs on every firmware."""

from __future__ import annotations

from .cases import SCRIPT, case, dumb, no_dhcp
from .judge import http_times, linux_up, linux_with

#: Machine, medium, how it is attached, and the time that its firmware needs.
MEDIA = (
    ("bios-media", "ipxe.usb", "stick", 90),
    ("bios-media", "ipxe.iso", "cd", 90),
    ("bios-media", "ipxe.iso", "stick", 90),
    ("uefi-full", "ipxe.usb", "stick", 120),
    ("uefi-i386-full", "ipxe.usb", "stick", 150),
    ("uefi-arm64-full", "ipxe.usb", "stick", 240),
    ("uefi-full", "ipxe.iso", "cd", 120),
    ("uefi-full", "ipxe.iso", "stick", 120),
)

for machine, medium, attach, timeout in MEDIA:
    kind = medium.rpartition(".")[2]
    as_what = "" if (kind, attach) in (("usb", "stick"), ("iso", "cd")) \
        else f"-as-{attach}"
    case(name=f"{kind}{as_what}-{machine}", machine=machine, timeout=timeout,
         what=f"{medium} as {attach}: Linux with the resolver's script.",
         medium=medium, attach=attach, dhcp=dumb("dnsmasq", filename=None),
         script=SCRIPT, until=linux_up,
         checks=[http_times("/boot.ipxe", 1), linux_with()])

case(name="usb-dumb-dhcp-uefi-full", machine="uefi-full", medium="ipxe.usb",
     what="A stick where DHCP gives everybody the file that is on the stick: "
     "recognised, then Linux.",
     dhcp=dumb("dnsmasq"), script=SCRIPT, until=linux_up,
     checks=[lambda boot: "the file from DHCP was transferred"
             if boot.fetched(boot.program) else None,
             http_times("/boot.ipxe", 1), linux_with()])

# On a BIOS file: is refused and || goes on; under UEFI it finds the script.
for machine, found in (("bios-media", "no"), ("uefi-full", "yes")):
    case(name=f"usb-script-{machine}", machine=machine, medium="ipxe.usb",
         what="autoexec.ipxe copied onto the stick is run, not the network's.",
         put={"autoexec.ipxe": "#!ipxe\n"
              "imgfetch file:/autoexec.ipxe && set found yes || set found no\n"
              "imgfree\ndhcp\n@LINUX from=stick found=${found}@\n"},
         dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
         checks=[http_times("/boot.ipxe", 0),
                 linux_with(f"from=stick found={found}")])

case(name="usb-boot-script-bios-media", machine="bios-media",
     medium="ipxe.usb", what="The same for boot.ipxe, on a BIOS.",
     put={"boot.ipxe": "#!ipxe\ndhcp\n@LINUX from=stick@\n"},
     dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
     checks=[http_times("/boot.ipxe", 0), linux_with("from=stick")])

for machine, medium, attach in (("bios-media", "ipxe.iso", "cd"),
                                ("uefi-full", "ipxe.iso", "cd"),
                                ("bios-media", "ipxe.usb", "stick")):
    kind = medium.rpartition(".")[2]
    case(name=f"{kind}-custom-{machine}", machine=machine, medium=medium,
         attach=attach,
         what=f"{medium} with a script and a setting by `unloop customise`: "
         "both count.",
         customise=["--script", "@WORK@/image.ipxe", "--set",
                    "greeting=hello"],
         files={"image.ipxe":
                "#!ipxe\ndhcp\n@LINUX from=image greeting=${greeting}@\n"},
         dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
         checks=[http_times("/boot.ipxe", 0),
                 linux_with("from=image greeting=hello")])

case(name="usb-secure", machine="uefi-secure", medium="ipxe.usb", timeout=180,
     what="Secure Boot enforced: a stick with our signed program runs the "
     "script on it, and a signed kernel.",
     put={"EFI/BOOT/BOOTX64.EFI": "@signed-our-full-efi",
          "autoexec.ipxe": "#!ipxe\ndhcp\n@LINUX from=stick@\n"},
     files={"site/assets/vmlinuz": "@signed-vmlinuz"},
     dhcp=dumb("dnsmasq", filename=None), until=linux_up,
     checks=[linux_with("from=stick")])

case(name="usb-kernel-uefi-full", machine="uefi-full", medium="ipxe.usb",
     what="Kernel and initrd beside boot.ipxe on the stick: Linux without "
     "any network. Folders and volumes that are not there are refused.",
     put={"boot.ipxe": "#!ipxe\n"
          "imgfetch file:/EFI && set r1 wrong || set r1 folder\n"
          "imgfetch file://NOSUCH/vmlinuz && set r2 wrong || set r2 volume\n"
          "imgfetch empty && set r3 wrong || set r3 empty\n"
          "kernel vmlinuz @KARGS@ r1=${r1} r2=${r2} r3=${r3}\n"
          "initrd file://unloop/initrd.img\nboot\n",
          "vmlinuz": "@vmlinuz", "initrd.img": "@initrd", "empty": ""},
     dhcp=no_dhcp, web=(), until=linux_up,
     checks=[http_times("/boot.ipxe", 0),
             linux_with("r1=folder r2=volume r3=empty")])

# --- PAYLOAD=distro: Debian's iPXE with our script -------------------------

for machine, medium, attach in (
        ("bios-media", "distro/ipxe.usb", "stick"),
        ("bios-media", "distro/ipxe.iso", "cd"),
        ("uefi-full", "distro/ipxe.usb", "stick"),
        ("uefi-full", "distro/ipxe.iso", "cd")):
    kind = medium.rpartition(".")[2]
    case(name=f"{kind}-distro-{machine}", machine=machine, medium=medium,
         attach=attach, firmware="debian",
         what=f"{medium} as {attach}: Debian's iPXE runs our script, then "
         "Linux.",
         dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
         checks=[http_times("/boot.ipxe", 1), linux_with()])

for machine in ("uefi-full",):
    case(name=f"usb-distro-script-{machine}", machine=machine,
         medium="distro/ipxe.usb", firmware="debian",
         what="Debian's iPXE runs boot.ipxe copied onto the stick, not ours.",
         put={"boot.ipxe": "#!ipxe\ndhcp\n@LINUX from=stick@\n"},
         dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
         checks=[http_times("/boot.ipxe", 0), linux_with("from=stick")])
