# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: which of several local disks is booted."""

from __future__ import annotations

from .cases import case, dumb
from .judge import linux_up, linux_with, recognised

#: A disk labelled ALPHA, beside the stick.
ALPHA = ["-blockdev", "driver=vvfat,node-name=alpha,dir=@WORK@/alpha,"
         "label=ALPHA,read-only=on", "-device", "virtio-blk-pci,drive=alpha,bootindex=8"]
NONE = "01234567-89ab-cdef-0123-456789abcdef"

for name, no_disk, disk, found in (
        ("uuid", f"--uuid {NONE}", "--uuid @PARTUUID@", "stick"),
        ("label", "--label ALPH", "--label ALPHA", "alpha"),
        ("extra", "--extra \\nosuch.txt",
         "--extra \\EFI\\BOOT\\here.txt", "stick"),
        ("filename", "--filename \\nosuch.efi",
         "--filename \\EFI\\BOOT\\other.efi", "stick")):
    case(name=f"uefi-disk-by-{name}", machine="uefi",
         what=f"sanboot --{name} boots the one of two disks that it is true of, "
         "and none where it is true of none.",
         dhcp=dumb("dnsmasq"), web=("resolver", "nginx"),
         script=f"#!ipxe\nsanboot {no_disk} && goto wrong ||\n"
         "sanboot --uuid nonsense && goto wrong ||\n"
         f"sanboot {disk} ||\n:wrong\n@LINUX from=script@\n",
         medium="ipxe.usb", attach="second", qemu=ALPHA,
         files={"alpha/EFI/BOOT/BOOTX64.EFI": "@our-full-efi",
                "alpha/autoexec.ipxe": "#!ipxe\ndhcp\n@LINUX from=alpha@\n"},
         put={"autoexec.ipxe": "#!ipxe\ndhcp\n@LINUX from=stick@\n",
              "EFI/BOOT/here.txt": "x", "EFI/BOOT/other.efi": "@our-full-efi"},
         until=linux_up, checks=[recognised, linux_with(f"from={found}")])
