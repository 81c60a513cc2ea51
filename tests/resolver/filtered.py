#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Run a program under the filters of system calls that a systemd unit has.

As systemd.exec(5) has them: SystemCallFilter=, SystemCallErrorNumber=,
RestrictAddressFamilies= and MemoryDenyWriteExecute=. Who is root becomes
nobody first, as the unit's user may do no more. Groups of system calls come
from systemd-analyze, the filter is made with libseccomp.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

ACT_ALLOW = 0x7fff0000
ACT_ERRNO = 0x00050000
CMP_EQ, CMP_MASKED_EQ = 4, 7
PROT_WRITE, PROT_EXEC = 2, 4
NOBODY = 65534


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp of libseccomp."""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def setting(unit: Path, name: str) -> list[str]:
    """The values of a unit's setting, one for each line."""
    return [line.split("=", 1)[1].strip()
            for line in unit.read_text().splitlines()
            if line.startswith(f"{name}=")]


def expand(group: str) -> set[str]:
    """The names of a group's system calls."""
    if not group.startswith("@"):
        return {group}
    done = subprocess.run(["systemd-analyze", "syscall-filter", group],
                          capture_output=True, text=True, check=True,
                          timeout=20)
    names: set[str] = set()
    for line in done.stdout.splitlines()[1:]:
        word = line.strip()
        if word and not word.startswith("#"):
            names |= expand(word)
    return names


def allowed(unit: Path) -> set[str]:
    """The system calls that the unit may make."""
    names: set[str] = set()
    for line in setting(unit, "SystemCallFilter"):
        found = set().union(*map(expand, line.lstrip("~").split()))
        # A list of what is allowed has this group whether named or not.
        names = (names - found if line.startswith("~")
                 else names | found | expand("@default"))
    return names


def conditions(unit: Path, name: str) -> list[list[Compare]]:
    """Each is enough for that system call; a single empty one: always."""
    families = " ".join(setting(unit, "RestrictAddressFamilies")).split()
    both = PROT_WRITE | PROT_EXEC
    if name == "socket" and families:
        return [[Compare(0, CMP_EQ, getattr(socket, family), 0)]
                for family in families]
    if setting(unit, "MemoryDenyWriteExecute") == ["yes"]:
        if name == "mmap":
            return [[Compare(2, CMP_MASKED_EQ, both, value)]
                    for value in (0, PROT_WRITE, PROT_EXEC)]
        if name in ("mprotect", "pkey_mprotect"):
            return [[Compare(2, CMP_MASKED_EQ, PROT_EXEC, 0)]]
    return [[]]


def make_filter(unit: Path) -> tuple[ctypes.CDLL, ctypes.c_void_p]:
    """libseccomp, and its filter for the unit."""
    lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    lib.seccomp_init.restype = ctypes.c_void_p
    code = setting(unit, "SystemCallErrorNumber")[-1]
    deny = ACT_ERRNO | int(getattr(errno, code))
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(deny)))
    for name in sorted(allowed(unit)):
        call = lib.seccomp_syscall_resolve_name(name.encode())
        # Other architectures' have negative numbers.
        if call < 0:
            continue
        for rule in conditions(unit, name):
            array = (Compare * len(rule))(*rule)
            rc = lib.seccomp_rule_add_array(
                context, ctypes.c_uint32(ACT_ALLOW), call, len(rule), array)
            if rc:
                sys.exit(f"filtered: {name}: {os.strerror(-rc)}")
    return lib, context


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unit", type=Path)
    parser.add_argument("program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    lib, context = make_filter(args.unit)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    rc = lib.seccomp_load(context)
    if rc:
        sys.exit(f"filtered: {os.strerror(-rc)}")
    os.execv(args.program, [args.program, *args.arguments])


if __name__ == "__main__":
    main()
