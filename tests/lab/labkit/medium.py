# SPDX-License-Identifier: BSD-2-Clause-Patent
"""USB sticks and discs that a machine boots from, with files put on them."""

from __future__ import annotations

import struct
import subprocess
import uuid
from typing import TYPE_CHECKING

from . import boot as boot_module
from .base import OUT, Skip, run

if TYPE_CHECKING:
    from .boot import Boot

#: Where the stick's file system begins (scripts/mkmedia).
FAT_OFFSET = "1M"


def prepare(boot: Boot) -> None:
    """Copy the medium to the work folder and put the case's files on it."""
    assert boot.case.medium
    source = OUT / boot.case.medium
    if not source.exists():
        more = " PAYLOAD=distro" if source.parent != OUT else ""
        raise Skip(f"{source} is not built; run 'make usb iso{more}' first")
    medium = boot.work / "medium"
    subprocess.run(["cp", "--sparse=always", source, medium], check=True,
                   timeout=60)
    for name, content in boot.case.put.items():
        path = boot.work / "put" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        boot_module.place_file(boot, path, content)
        # -o: as a person does who replaces a file that is there.
        run("mcopy", "-o", "-i", f"{medium}@@{FAT_OFFSET}", path,
            f"::/{name}")


def arguments(boot: Boot) -> list[str]:
    """QEMU's for the medium of this boot: the first that it starts from, or
    the last."""
    if not boot.case.medium:
        return []
    drive = f"if=none,id=medium,format=raw,file={boot.work}/medium"
    if boot.case.attach == "cd":
        return ["-drive", f"{drive},media=cdrom,readonly=on",
                "-device", "ide-cd,drive=medium,bootindex=0"]
    order = 9 if boot.case.attach == "second" else 0
    return ["-drive", drive, "-device", "qemu-xhci",
            "-device", f"usb-storage,drive=medium,bootindex={order}"]


def partition_uuid(boot: Boot) -> str:
    """That of the first partition in the medium's GPT, as it is written."""
    image = boot.work / "medium"
    with open(image, "rb") as source:
        source.seek(512)
        (entries,) = struct.unpack_from("<Q", source.read(512), 72)
        source.seek(entries * 512 + 16)
        return str(uuid.UUID(bytes_le=source.read(16)))
