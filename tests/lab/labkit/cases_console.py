# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Rows of the table of boots: screen, keyboard, syslog, kept settings."""

from __future__ import annotations

import re
import time

from .boot import Boot
from .cases import case, dumb
from .judge import linux_up, linux_with, said
from .screen import picture_problem, press

#: What the script reads from the keyboard by each map: the keys of a US
#: keyboard, those with AltGr, and what they give.
TYPED = (("de", "yzY(", "q7", "zyZ)@{"), ("fr", "qw1!m", "3", "az&1,#"),
         ("dvorak", "sdfr", "", "oeup"))

SHOW = """\
#!ipxe
set syslog @IP@
isset ${nvs/kept} && goto kept ||
console --picture @WEB@/picture.png --left 40 --right 40 --top 60 --bottom 100
echo A first line over the picture, to be seen and to be logged
echo PICTURE IS UP
prompt
console
"""
READ = "".join(f"set keymap {name}\nclear typed\n"
               f"echo TYPE {name}\nread typed\n"
               f"iseq ${{typed}} {want} || echo WRONG ${{typed}}\n"
               for name, _keys, _altgr, want in TYPED)
LINUX = "@LINUX typed=${typed} kept=${nvs/kept}@\n"
REBOOT = """\
set nvs/kept over-the-reset
reboot
:kept
set typed oeup
"""


def look(boot: Boot) -> None:
    """Compare the screen until it is right, for a while; then let the script
    go on. The serial line has a text before the screen shows it."""
    end = time.monotonic() + 15
    while True:
        problem = picture_problem(boot, b"\xaa\xaa\xaa")
        if not problem or time.monotonic() > end:
            break
        time.sleep(0.5)
    boot.notes.append(f"picture: {problem or 'as it should be'}")
    press(boot, "x")


def typist(keys: str, altgr: str):
    def type_it(boot: Boot) -> None:
        press(boot, keys)
        press(boot, altgr, held="alt_r")
        press(boot, "\n")
    return type_it


def picture_was_shown(boot: Boot) -> str | None:
    for note in boot.notes:
        if note.startswith("picture: "):
            return None if note.endswith("as it should be") else note
    return "nobody looked at the screen"


def typed_right(boot: Boot) -> str | None:
    wrong = re.search(r"^WRONG .*$", boot.plain_serial(), re.M)
    return f"a keyboard map: {wrong.group(0)}" if wrong else None


def logged(boot: Boot) -> str | None:
    log = boot.servers["syslog"].log()
    if re.search(r"^\S+ <6>(\S+ )?ipxe: A first line over the picture", log,
                 re.M):
        return None
    return "the syslog server did not get the line"


for machine, keeps in (("bios-native", False), ("uefi", True)):
    case(name=f"console-{machine}", machine=machine, timeout=240,
         what="A picture behind the text, compared by pixels; keys by three "
         "maps; lines at the syslog server"
         + ("; a setting that survives a reset." if keeps else "."),
         dhcp=dumb("dnsmasq"), web=("resolver", "syslog"),
         script=SHOW + READ + (REBOOT if keeps else ":kept\n") + LINUX,
         files={"site/assets/picture.png": "@picture"},
         qemu=["-action", "reboot=reset"] if keeps else [],
         actions=[(said("(?m)^PICTURE IS UP"), look),
                  *((said(f"(?m)^TYPE {name}"), typist(keys, altgr))
                    for name, keys, altgr, _want in TYPED)],
         until=linux_up,
         checks=[picture_was_shown, typed_right, logged,
                 linux_with("typed=oeup kept="
                            + ("over-the-reset" if keeps else ""))])


def lines_changed(boot: Boot) -> str | None:
    """COM2 as the table says, until the script chose COM1."""
    second = (boot.work / "com2.log").read_text(errors="replace")
    first = boot.plain_serial()
    if "ON THE TABLE'S LINE" not in second or "ON COM1" in second:
        return "COM2 did not get what was printed by the table"
    if "ON COM1" not in first or "ON THE TABLE'S LINE" in first:
        return "COM1 did not get what was printed by the settings"
    return None


case(name="console-serial-line", machine="bios-native",
     what="The serial line is the one of the ACPI table SPCR, then the one of "
     "the settings com-port and com-speed.",
     dhcp=dumb("dnsmasq"), files={"spcr.bin": "@spcr"},
     script="#!ipxe\necho ON THE TABLE'S LINE\nset com-port 0x3f8\n"
     "set com-speed 115200\nsleep 1\necho ON COM1\n@LINUX@\n",
     qemu=["-serial", "file:@WORK@/com2.log",
           "-acpitable", "sig=SPCR,rev=2,data=@WORK@/spcr.bin"],
     until=linux_up, checks=[lines_changed, linux_with()])
