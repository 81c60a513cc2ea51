# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: which of several local disks is booted."""

from __future__ import annotations

from .cases import case, dumb
from .judge import linux_up, linux_with, recognised

#: A disk labelled ALPHA, which comes before the stick.
ALPHA = ["-blockdev", "driver=vvfat,node-name=alpha,dir=@WORK@/alpha,"
         "label=ALPHA,read-only=on",
         "-device", "virtio-blk-pci,drive=alpha,bootindex=8"]
NO_UUID = "01234567-89ab-cdef-0123-456789abcdef"

for option, no_disk, stick in (
        ("uuid", NO_UUID, "@PARTUUID@"),
        ("label", "ALPH", "UNLOOP"),
        ("extra", "\\nosuch.txt", "\\EFI\\BOOT\\here.txt"),
        ("filename", "\\nosuch.efi", "\\EFI\\BOOT\\other.efi")):
    case(name=f"uefi-disk-by-{option}", machine="uefi",
         what=f"sanboot --{option} boots the second of two disks, which it is "
         "true of, and none where it is true of none.",
         dhcp=dumb("dnsmasq"), web=("resolver", "nginx"),
         script=f"#!ipxe\nsanboot --{option} {no_disk} && goto wrong ||\n"
         "sanboot --uuid nonsense && goto wrong ||\n"
         f"sanboot --{option} {stick} ||\n:wrong\n@LINUX from=script@\n",
         medium="ipxe.usb", attach="second", qemu=ALPHA,
         files={"alpha/EFI/BOOT/BOOTX64.EFI": "@our-full-efi",
                "alpha/autoexec.ipxe": "#!ipxe\ndhcp\n@LINUX from=alpha@\n"},
         put={"autoexec.ipxe": "#!ipxe\ndhcp\n@LINUX from=stick@\n",
              "EFI/BOOT/here.txt": "x", "EFI/BOOT/other.efi": "@our-full-efi"},
         until=linux_up, checks=[recognised, linux_with("from=stick")])
