# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloop lint: each fault of a script is found at its line and column."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from unloopd import ROOT, UNLOOPD, WAIT, environment

UNLOOP = UNLOOPD.parent / "unloop"


def lint(*paths: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(UNLOOP), "lint", *map(str, paths)],
                          capture_output=True, text=True, timeout=WAIT,
                          env=environment())


@pytest.mark.parametrize("text, finding", [
    ("goto nowhere\n", "2:6: There is no label :nowhere for this goto."),
    ("goto nowhere ||\necho b\n",
     "2:6: There is no label :nowhere for this goto."),
    ("echo - b\n", "2:6: This command has no option -."),
    (":a\n:a\ngoto a\n", "3:2: The label :a stands twice; a goto takes the first."),
    ("echo a\necho b \\\n", "3:8: The script ends in \\, which joins it to nothing."),
    ("echo a\n  reebot\n", "3:3: There is no command reebot."),
    ("echo a || \\\n  reebot\n", "3:3: There is no command reebot."),
    ("chain --autofre x\n", "2:7: This command has no option --autofre."),
    ("chain -ax y\n", "2:7: This command has no option -ax."),
    ("goto a\necho b\n:a\n", "3:1: The script never comes here: echo."),
    ("isset ${ip} && goto a || exit 1\necho b\n:a\n",
     "3:1: The script never comes here: echo."),
    ("exit\n:a echo b\n", "3:4: The script never comes here: echo."),
    ("isset ${ip} && goto a\necho b\n:a\n",
     "2:1: The script ends here if this fails: isset (|| behind it goes on)."),
    ("iseq ${ip} 10.0.0.1\necho b\n",
     "2:1: The script ends here if this fails: iseq (|| behind it goes on)."),
    ("dhcp && echo b\necho c\n",
     "2:1: The script ends here if this fails: dhcp (|| behind it goes on)."),
    ("set kernel x\necho ${kernal}\n", "3:8: Nothing sets the variable kernal."),
    ("echo ${${colour}:hex}\n", "2:10: Nothing sets the variable colour."),
    ("reebot || \\\n  echo a\n", "2:1: There is no command reebot."),
    ("chain --timeout=5 --bad x\n", "2:19: This command has no option --bad."),
    ("chain -t 5 --bad x\n", "2:12: This command has no option --bad."),
    ("chain -t5 --bad x\n", "2:11: This command has no option --bad."),
    ("poweroff\necho b\n", "3:1: The script never comes here: echo."),
    ("reboot\necho b\necho c\n", "3:1: The script never comes here: echo."),
    ("echo a ; exit\necho b\n", "3:1: The script never comes here: echo."),
    # What runs behind && and ||, and what does not.
    ("isset ${ip} && goto a && echo b || exit\necho c\n:a\n",
     "3:1: The script never comes here: echo."),
    ("exit || echo b\necho c\n", "3:1: The script never comes here: echo."),
    ("exit && echo b || echo c\necho d\n",
     "3:1: The script never comes here: echo."),
    ("dhcp && exit || reboot\necho b\n",
     "3:1: The script never comes here: echo."),
    ("dhcp || && exit\necho b\n", "3:1: The script never comes here: echo."),
    ("dhcp || exit ; exit\necho b\n", "3:1: The script never comes here: echo."),
    # It takes no words: what it sets are settings.
    ("login who\necho ${who} ${username} ${password}\n",
     "3:8: Nothing sets the variable who."),
    *((f"{command}\necho b\n", f"2:1: The script ends here if this fails: "
       f"{command.split()[0]} (|| behind it goes on).")
      for command in ("isne ${ip} 1", "islt ${ip} 1", "isle ${ip} 1",
                      "isgt ${ip} 1", "isge ${ip} 1", "prompt", "choose x")),
])
def test_fault_is_found_where_it_is(text: str, finding: str, tmp_path: Path) -> None:
    script = tmp_path / "boot.ipxe"
    script.write_text("#!ipxe\n" + text)
    done = lint(script)
    assert done.stdout == f"{script}:{finding}\n"
    assert done.returncode == 1


@pytest.mark.parametrize("text", [
    "isset ${mine} && goto a ||\nchain -ar --timeout 5 http://h/${mine} --bad\n:a\n",
    "item x X\nchoose --default x target && goto ${target} ||\n:x\nexit\n",
    "goto ${net0/mac:hexhyp}\n:x\necho ${67} ${hostname} ${x:uristring}\nset x:hex 1\n",
    "kernel -n vmlinuz http://h/k a=b \\\n  c && boot || goto bad\n:bad\nshell\n",
    "imgdecrypt --whatever x ||\n# reebot ${nothing}\necho a # ${nothing}\n",
    "iseq ${ip} 10.0.0.1",
    "set command echo\n${command} --whatever a\n",
    "chain --timeout=5 http://h/x\n",
    "chain --help\n", "chain -h\n", "chain -- --bad\n",
    "set letter a\nchain -${letter} x\n",
    "set x-${ip} 1\necho ${x-1}\n",
    *(f"{command} found x\necho ${{found}}\n"
      for command in ("pciscan", "usbscan", "nslookup", "imgset",
                      "sha256sum --set")),
    "echo -n a\necho --n b\nsanboot --keep\ncpuid --amd 1\n"
    "imgverify --signer a --keep b c\nitem --form f a\n",
    "set block/inside 1\necho ${inside}\n",
    pytest.param("goto l1500\n" + "".join(f":l{i}\n" for i in range(1501))
                 + "shell\n", id="many-labels"),
    "inc counted\necho ${counted}\n", "read asked\necho ${asked}\n",
    "clear gone\necho ${gone}\n",
    "form F\nitem host Host\npresent && echo ${host} ||\n",
    "iseq ${ip} 10.0.0.1 || dhcp\necho b\n",
    "dhcp && iseq ${ip} 10.0.0.1 || exit\necho b\n",
    "dhcp || || exit\necho b\n",
    "dhcp ; || exit\necho b\n",
    "dhcp || || isset ${ip}\necho b\n", "dhcp || ||\necho b\n",
    "isset ${ip} && goto a || echo b\necho c\n:a\n",
    "kernel x \\\r\n  c\r\nboot\r\n",
    "exit\n# words\n:a # words\n",
])
def test_sound_script_is_clean(text: str, tmp_path: Path) -> None:
    script = tmp_path / "boot.ipxe"
    script.write_text("#!ipxe\n" + text)
    done = lint(script)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_every_place_that_is_not_reached_is_told_once(tmp_path: Path) -> None:
    script = tmp_path / "boot.ipxe"
    script.write_text("#!ipxe\ngoto b\necho a\necho a\n:b\nexit\necho c\n")
    done = lint(script)
    assert done.stdout == "".join(
        f"{script}:{line}:1: The script never comes here: echo.\n"
        for line in (3, 7))


@pytest.mark.parametrize("script", sorted((ROOT / "embed").glob("*.ipxe")),
                         ids=lambda path: path.name)
def test_shipped_script_is_clean(script: Path) -> None:
    done = lint(script)
    assert (done.stdout, done.returncode) == ("", 0)


def test_what_is_no_script_is_said(tmp_path: Path) -> None:
    script = tmp_path / "boot.ipxe"
    script.write_text("echo a\n")
    done = lint(script)
    assert done.stdout == f"{script}:1:1: The first line of a script is #!ipxe.\n"
    assert done.returncode == 1
    assert lint(tmp_path / "none").returncode == 2
    assert lint().returncode == 2
