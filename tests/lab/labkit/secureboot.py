# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Secure Boot with a key of the test's own: the key, variables, signatures.

The key is made for one boot and thrown away. It is enrolled by writing the
variables PK, KEK and db into the empty variable store that OVMF comes with,
before the machine starts: as a vendor does, and no program has to run for it.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from .base import LAB, LabError, program

#: UEFI 2.10 3.3, 32.6.1, 32.4.1; X.509 certificates in DER.
GLOBAL_VARIABLE = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
SECURITY_DATABASE = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f")
CERT_X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
OWNER = uuid.UUID("5c2f0c0e-6d4f-4f0b-9a39-2d7c0f1b8e66")
#: The store of a firmware that authenticates variables (EDK II,
#: Guid/VariableFormat.h).
STORE = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792")
STORE_HEADER_LEN = 28
#: Start, state, attributes, counter, time, key, length of name and of data,
#: vendor.
VARIABLE = struct.Struct("<HBxIQ16sIII16s")
VARIABLE_START, VARIABLE_ADDED = 0x55AA, 0x3F
#: Non-volatile, boot and run time, authenticated with a time.
ATTRIBUTES = 0x27
#: 2026-01-01 as an EFI_TIME (UEFI 2.10 8.3).
TIME = struct.pack("<HBB12x", 2026, 1, 1)


@dataclass(frozen=True)
class Key:
    """A private key and its certificate, both PEM."""
    key: Path
    cert: Path

    def der(self) -> bytes:
        return subprocess.run(
            [program("openssl"), "x509", "-in", self.cert, "-outform", "DER"],
            check=True, capture_output=True, timeout=30).stdout


def make_key(folder: Path) -> Key:
    """A new key of its own in FOLDER."""
    folder.mkdir(exist_ok=True)
    made = Key(folder / "key.pem", folder / "cert.pem")
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-days", "3650", "-subj", "/CN=Key of this test", "-keyout",
         made.key, "-out", made.cert],
        check=True, capture_output=True, timeout=60)
    return made


def key_of(work: Path) -> Key:
    """The key of the boot whose folder WORK is."""
    folder = work / "secureboot"
    if (folder / "cert.pem").exists():
        return Key(folder / "key.pem", folder / "cert.pem")
    return make_key(folder)


def signed_copy(work: Path, source: Path) -> Path:
    """A copy of the EFI program SOURCE, signed with the key of this boot."""
    path = work / "secureboot" / f"signed-{source.name}"
    key = key_of(work)
    shutil.copyfile(source, path)
    sign(key, path)
    return path


def sign(key: Key, path: Path) -> None:
    """Sign the EFI program at PATH in place, as `make SB_KEY=` does."""
    program("sbsign")
    done = subprocess.run(
        [LAB.parents[1] / "scripts/sign-efi", "-k", key.key, "-c", key.cert,
         path], capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise LabError(f"could not sign {path.name}: {done.stderr.strip()}")


def signature_list(der: bytes) -> bytes:
    """EFI_SIGNATURE_LIST of one certificate (UEFI 2.10 32.4.1)."""
    size = 16 + len(der)
    return (CERT_X509.bytes_le + struct.pack("<III", 28 + size, 0, size)
            + OWNER.bytes_le + der)


def variable(name: str, vendor: uuid.UUID, data: bytes) -> bytes:
    """One variable as the store holds it, padded to 4 bytes."""
    text = name.encode("utf-16-le") + b"\0\0"
    record = VARIABLE.pack(VARIABLE_START, VARIABLE_ADDED, ATTRIBUTES, 0,
                           TIME, 0, len(text), len(data), vendor.bytes_le)
    record += text + data
    return record + b"\xff" * (-len(record) % 4)


def enrol(path: Path, key: Key) -> None:
    """Write PK, KEK and db into the variable store in PATH, which is empty.

    With a platform key the firmware enforces Secure Boot by itself.
    """
    store = bytearray(path.read_bytes())
    header_len, = struct.unpack_from("<H", store, 48)
    if store[40:44] != b"_FVH" or \
            store[header_len:header_len + 16] != STORE.bytes_le:
        raise LabError(f"{path}: not a store of authenticated variables")
    at = header_len + STORE_HEADER_LEN
    if store[at:at + 2] != b"\xff\xff":
        raise LabError(f"{path}: not an empty variable store")
    certificate = signature_list(key.der())
    records = b"".join(
        variable(name, vendor, certificate)
        for name, vendor in (("PK", GLOBAL_VARIABLE), ("KEK", GLOBAL_VARIABLE),
                             ("db", SECURITY_DATABASE)))
    store[at:at + len(records)] = records
    path.write_bytes(store)
