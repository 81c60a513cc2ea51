# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: Secure Boot enforced by the machine."""

from __future__ import annotations

from .cases import case, dumb
from .judge import (fetched_at_least, fetched_once, http_times, linux_up,
                    linux_with, recognised, said)

case(name="uefi-secure", machine="uefi-secure", timeout=180,
     what="Secure Boot enforced with a key of the test's own: our signed "
     "program runs, an unsigned kernel is refused, the signed one boots.",
     dhcp=dumb("dnsmasq"), until=linux_up,
     files={"tftp/snponly.efi": "@signed-ours",
            "site/assets/unsigned": "@vmlinuz",
            "site/assets/vmlinuz": "@signed-vmlinuz"},
     script="#!ipxe\nkernel @WEB@/unsigned @KARGS@\n"
            "initrd @WEB@/initrd.img\nboot || goto on\n@LINUX never@\n"
            ":on\nimgfree\n@LINUX refused=unsigned@\n",
     checks=[fetched_once, recognised, http_times("/assets/unsigned", 1),
             linux_with("refused=unsigned")])

case(name="uefi-secure-unsigned", machine="uefi-secure", timeout=120,
     what="Secure Boot enforced: our program without a signature is loaded "
     "and refused by the firmware.",
     dhcp=dumb("dnsmasq"), script="#!ipxe\n@LINUX@\n",
     until=said("(?i)access denied"), settle=3,
     checks=[fetched_at_least(1), http_times("/boot.ipxe", 0),
             lambda boot: "Linux started" if boot.linux() else None])

case(name="uefi-secure-beside", machine="uefi-secure", timeout=180,
     what="A signed program takes its customisation from the file beside it "
     "on the server; the program is the same.",
     dhcp=dumb("dnsmasq"), until=linux_up,
     script="#!ipxe\n@LINUX from=resolver@\n",
     files={"tftp/snponly.efi": "@signed-ours",
            "site/assets/vmlinuz": "@signed-vmlinuz",
            "image.ipxe":
            "#!ipxe\n@LINUX from=beside greeting=${greeting}@\n"},
     customise=["--beside", "--script", "@WORK@/image.ipxe", "--set",
                "greeting=hello"],
     checks=[fetched_once, fetched_at_least(1, "unloop.region"),
             linux_with("from=beside greeting=hello")])
