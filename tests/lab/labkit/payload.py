# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the machines boot: Debian's cloud kernel, our initramfs, tiny disks."""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import shutil
import stat
import struct
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from .base import CACHE, LabError, program

#: The kernel package of each Debian architecture that a machine may have.
#: A 32-bit UEFI starts 32-bit kernels only.
KERNEL_PACKAGES = {
    "amd64": "linux-image-cloud-amd64",
    "i386": "linux-image-686",
    "arm64": "linux-image-cloud-arm64",
}
#: The architecture of the machine that the lab runs on.
NATIVE = "amd64"
BUSYBOX = Path("/usr/bin/busybox")
#: Every line that the booted Linux prints begins with this word.
MARK = "UNLOOP-LINUX"
#: What the boot sector of the second boot device prints.
DISK_MARK = "UNLOOP-DISK booted"

INIT = f"""#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
exec </dev/console >/dev/console 2>&1
echo
read -r line </proc/cmdline
echo "{MARK} cmdline=[$line]"
for file in /payload /payload-*; do
	[ -f "$file" ] || continue
	set -- $(/bin/busybox sha256sum "$file")
	echo "{MARK} sha256=$1 file=$file"
done
echo "{MARK} done"
/bin/busybox poweroff -f
"""


@dataclass(frozen=True)
class CpioEntry:
    """One member of a newc archive (Linux initramfs buffer format)."""
    name: str
    mode: int
    data: bytes = b""
    #: Device number of a character device, else (0, 0).
    device: tuple[int, int] = (0, 0)


def cpio_archive(entries: list[CpioEntry]) -> bytes:
    """Write a newc cpio archive; same entries give the same bytes."""
    out = bytearray()
    for number, entry in enumerate([*entries, CpioEntry("TRAILER!!!", 0)]):
        name = entry.name.encode() + b"\0"
        fields = (number + 1, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0,
                  *entry.device, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % f for f in fields)
        out += name
        out += b"\0" * (-len(out) % 4)
        out += entry.data
        out += b"\0" * (-len(out) % 4)
    return bytes(out)


def is_static_elf(path: Path) -> bool:
    """Is this an ELF file without an interpreter (ELF gABI, PT_INTERP)?"""
    data = path.read_bytes()
    if data[:5] == b"\x7fELF\x02":
        table = int.from_bytes(data[32:40], "little")
        size, count = struct.unpack_from("<HH", data, 54)
    elif data[:5] == b"\x7fELF\x01":
        table = int.from_bytes(data[28:32], "little")
        size, count = struct.unpack_from("<HH", data, 42)
    else:
        return False
    kinds = [int.from_bytes(data[table + i * size:table + i * size + 4],
                            "little") for i in range(count)]
    return 3 not in kinds


def pseudo_random(size: int, seed: int) -> bytes:
    """Bytes that do not compress and are the same on every run."""
    return random.Random(seed).randbytes(size)


@dataclass(frozen=True)
class Payload:
    """Files that servers hand out; built once and kept in the cache."""
    #: The kernel image.
    vmlinuz: Path
    #: A small initramfs that prints what it saw and powers off.
    initrd: Path
    #: A second initrd part holding /payload-part.
    part: Path
    part_sha256: str
    #: A large initramfs: the small one plus /payload.
    big: Path
    big_sha256: str
    #: Like big with other contents, for a file that changes meanwhile.
    other: Path
    other_sha256: str
    #: The file whose download rate is measured.
    bulk: Path


BIG_SIZE = 24 << 20
PART_SIZE = 1 << 20
BULK_SIZE = 128 << 20


def build_payload(folder: Path | None = None,
                  architecture: str = NATIVE) -> Payload:
    """Make all payload files that are not there yet; safe in parallel.

    architecture: whose kernel and small initramfs, as Debian calls it; the
    larger files are the same for all.
    """
    folder = folder or CACHE / "lab"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        payload = _build_locked(folder)
        if architecture == NATIVE:
            return payload
        return _build_foreign(folder / architecture, architecture, payload)


def _initramfs(busybox: Path) -> bytes:
    """The small initramfs: this busybox and INIT."""
    if not is_static_elf(busybox):
        raise LabError(f"{busybox} is not statically linked; "
                       "install the package busybox-static")
    return cpio_archive([
        CpioEntry("bin", stat.S_IFDIR | 0o755),
        CpioEntry("dev", stat.S_IFDIR | 0o755),
        CpioEntry("proc", stat.S_IFDIR | 0o755),
        CpioEntry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1)),
        CpioEntry("bin/busybox", stat.S_IFREG | 0o755,
                  busybox.read_bytes()),
        CpioEntry("init", stat.S_IFREG | 0o755, INIT.encode()),
    ])


def _build_foreign(folder: Path, architecture: str,
                   payload: Payload) -> Payload:
    """The payload with another architecture's kernel and initramfs."""
    folder.mkdir(parents=True, exist_ok=True)
    vmlinuz, initrd = folder / "vmlinuz", folder / "initrd.img"
    if not vmlinuz.exists() or not initrd.exists():
        options = foreign_apt(folder / "apt", architecture)
        work = fetch_package("busybox-static", folder / "busybox", options)
        _write(initrd, _initramfs(work / "bin/busybox"))
        shutil.rmtree(folder / "busybox")
        fetch_kernel(folder, architecture, options)
    return replace(payload, vmlinuz=vmlinuz, initrd=initrd)


def _build_locked(folder: Path) -> Payload:
    vmlinuz = fetch_kernel(folder)
    base = _initramfs(BUSYBOX)
    sums = []
    for name, size, seed in (("payload-part", PART_SIZE, 1),
                             ("payload", BIG_SIZE, 2),
                             ("payload", BIG_SIZE, 3)):
        data = pseudo_random(size, seed)
        sums.append((name, data, hashlib.sha256(data).hexdigest()))

    def extra(index: int) -> bytes:
        name, data, _sum = sums[index]
        return cpio_archive([CpioEntry(name, stat.S_IFREG | 0o644, data)])

    initrd, part = folder / "initrd.img", folder / "part.img"
    big, other = folder / "big.img", folder / "other.img"
    _write(initrd, base)
    _write(part, extra(0))
    _write(big, base + extra(1))
    _write(other, base + extra(2))
    bulk = folder / "bulk.bin"
    if not bulk.exists() or bulk.stat().st_size != BULK_SIZE:
        _write(bulk, pseudo_random(BULK_SIZE, 4))
    return Payload(vmlinuz, initrd, part, sums[0][2], big, sums[1][2],
                   other, sums[2][2], bulk)


def _write(path: Path, data: bytes) -> None:
    if path.exists() and path.read_bytes() == data:
        return
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def foreign_apt(state: Path, architecture: str) -> list[str]:
    """Options by which apt speaks of another architecture.

    Its lists are kept in `state` and fetched from where the machine's own
    come from; nothing of the machine's apt or dpkg changes.
    """
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    options = [f"-oDir::State::lists={state}/lists",
               f"-oDir::State::status={state}/status",
               f"-oDir::Cache={state}/cache",
               f"-oAPT::Architecture={architecture}",
               f"-oAPT::Architectures::={architecture}",
               "-oAPT::Sandbox::User=root"]
    # A source that lacks the architecture is no reason to stop: whether the
    # packages were found shows when they are asked for.
    subprocess.run([program("apt-get"), *options, "-q", "update"],
                   capture_output=True, timeout=600, check=False)
    return options


def fetch_package(name: str, work: Path, options: list[str]) -> Path:
    """Download a package and unpack it in `work`, which is made anew."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    got = subprocess.run(
        [program("apt-get"), *options, "download", "-q",
         "-oAPT::Sandbox::User=root", name],
        cwd=work, capture_output=True, text=True, timeout=600)
    packages = list(work.glob("*.deb"))
    if got.returncode or not packages:
        raise LabError(f"could not download {name}: " + got.stderr.strip())
    subprocess.run([program("dpkg-deb"), "-x", str(packages[0]), "x"],
                   cwd=work, check=True, timeout=120)
    return work / "x"


def fetch_kernel(folder: Path, architecture: str = NATIVE,
                 options: list[str] | None = None) -> Path:
    """Download and unpack the newest such kernel that apt names.

    options: apt's, from foreign_apt() where it is not this machine's.
    """
    target = folder / "vmlinuz"
    if target.exists():
        return target
    options = options or []
    package = KERNEL_PACKAGES[architecture]
    depends = subprocess.run(
        [program("apt-cache"), *options, "depends", "--important", package],
        capture_output=True, text=True, timeout=60).stdout
    names = [line.split(":", 1)[1].strip() for line in depends.splitlines()
             if line.strip().startswith("Depends: linux-image-")]
    if not names:
        raise LabError(f"apt does not know {package}; run "
                       "'apt-get update' as root and try again")
    work = folder / "kernel"
    try:
        unpacked = fetch_package(names[0], work, options)
        images = list(unpacked.glob("boot/vmlinuz-*"))
        if len(images) != 1:
            raise LabError(f"{names[0]} holds no kernel image")
        os.replace(images[0], target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def marker_disk() -> bytes:
    """A 1 MiB disk whose boot sector prints DISK_MARK on COM1 and halts."""
    code = bytes([
        0xfa,                    # cli
        0x31, 0xc0,              # xor ax, ax
        0x8e, 0xd8,              # mov ds, ax
        0xbe, 0x1d, 0x7c,        # mov si, message (0x7c1d)
        0xac,                    # next: lodsb
        0x84, 0xc0,              # test al, al
        0x74, 0x0d,              # jz halt
        0x88, 0xc4,              # mov ah, al
        0xba, 0xfd, 0x03,        # mov dx, COM1 line status
        0xec,                    # wait: in al, dx
        0xa8, 0x20,              # test al, transmitter empty
        0x74, 0xfb,              # jz wait
        0xb2, 0xf8,              # mov dl, COM1 data
        0x88, 0xe0,              # mov al, ah
        0xee,                    # out dx, al
    ])
    # The jumps behind it: back to next, then halt for good.
    code += bytes([0xeb, (8 - (len(code) + 2)) & 0xff])
    halt = len(code)
    code += bytes([0xf4, 0xeb, 0xfd])
    code = bytearray(code)
    code[12] = halt - 13
    message = b"\r\n" + DISK_MARK.encode() + b"\r\n\0"
    code[6:8] = (0x7c00 + len(code)).to_bytes(2, "little")
    sector = bytes(code) + message
    return (sector.ljust(510, b"\0") + b"\x55\xaa").ljust(1 << 20, b"\0")
