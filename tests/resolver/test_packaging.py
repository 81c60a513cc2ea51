# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The Debian package and the systemd unit, in a copy of this system.

The package is installed into an overlay over this machine's root, which only
the test's own mount namespace sees.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from unloopd import ROOT, WAIT

# The package is of the ordinary programs.
pytestmark = pytest.mark.only("plain")

UNIT = ROOT / "resolver/unloopd.service"
OUT = Path(os.environ.get("O") or ROOT / "out").absolute()

#: Runs $1 (a shell script) inside an overlay over /; nothing of it stays.
OVERLAY = """\
set -e
t=$2
mount -t tmpfs tmpfs "$t"
mkdir "$t/up" "$t/work" "$t/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$t/up,workdir=$t/work" \
    "$t/root"
mount --bind /proc "$t/root/proc"
mount --bind /dev "$t/root/dev"
cp "$3" "$t/root/tmp/unloop.deb"
ip link set lo up
exec chroot "$t/root" sh -ec "$1"
"""


@pytest.fixture(scope="module")
def package() -> Path:
    for name in ("dpkg-deb", "dpkg-shlibdeps"):
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed")
    done = subprocess.run([str(ROOT / "scripts/make-deb"), str(OUT)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "overlay"
    folder.mkdir()
    yield folder


def inside(script: str, package: Path, scratch: Path) -> str:
    """Run a script in a system of its own that has the package's file."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    probe = subprocess.run(
        ["unshare", "-m", "-n", "sh", "-ec", OVERLAY, "sh", "true",
         str(scratch), str(package)], capture_output=True, text=True,
        timeout=WAIT)
    if probe.returncode:
        pytest.skip("an overlay cannot be mounted here: " + probe.stderr)
    done = subprocess.run(
        ["unshare", "-m", "-n", "sh", "-ec", OVERLAY, "sh", script,
         str(scratch), str(package)], capture_output=True, text=True,
        timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


SERVES = r"""
rm -rf /srv/unloop
dpkg -i --force-depends /tmp/unloop.deb >/dev/null
getent passwd unloop
unloop --help >/dev/null
unloopd -n /srv/unloop
# As the unit does it: ExecStart, with the unit's user and its capability.
. /etc/default/unloopd
setpriv --reuid unloop --regid unloop --clear-groups \
    --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service \
    --bounding-set=-all,+net_bind_service --no-new-privs \
    /usr/sbin/unloopd -d $OPTIONS $SITE >/tmp/out 2>/tmp/err &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q serving /tmp/out && break
    sleep 0.2
done
cat /tmp/out /tmp/err
/usr/bin/python3 -c '
import urllib.request
print(urllib.request.urlopen(
    "http://127.0.0.1/boot.ipxe?mac=52:54:00:00:00:01", timeout=5).read())'
grep ^Uid /proc/$pid/status
kill $pid
wait $pid
"""


def test_package_installs_serves_and_stops(package: Path,
                                           scratch: Path) -> None:
    said = inside(SERVES, package, scratch)
    assert "#!ipxe" in said
    assert "as unloop" in said
    assert "/srv/unloop" in said


REMOVES = r"""
rm -rf /var/lib/unloop /srv/unloop
find / -xdev \( -path /proc -o -path /dev -o -path /run -o -path /tmp -o -path {top} \
    -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \) -prune \
    -o \( -name '*unloop*' -print \) | sort >/tmp/before
dpkg -i --force-depends /tmp/unloop.deb >/dev/null
test -x /usr/sbin/unloopd
echo mine >/srv/unloop/default.ipxe
dpkg -r unloop >/dev/null
test ! -e /usr/sbin/unloopd
test -e /etc/default/unloopd
dpkg --purge unloop >/dev/null
test ! -e /etc/default/unloopd
grep -q mine /srv/unloop/default.ipxe
! getent passwd unloop
rm -r /srv/unloop
find / -xdev \( -path /proc -o -path /dev -o -path /run -o -path /tmp -o -path {top} \
    -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \) -prune \
    -o \( -name '*unloop*' -print \) | sort >/tmp/after
diff /tmp/before /tmp/after
echo clean
"""


def test_package_goes_without_a_trace_but_the_site(package: Path,
                                                   scratch: Path) -> None:
    # Not where this tree is, which has such names.
    script = REMOVES.replace("{top}", "/" + ROOT.parts[1])
    assert inside(script, package, scratch).strip().endswith("clean")


def test_package_keeps_a_changed_site_when_it_is_upgraded(
        package: Path, scratch: Path) -> None:
    said = inside(r"""
dpkg -i --force-depends /tmp/unloop.deb >/dev/null
echo mine >/srv/unloop/default.ipxe
dpkg -i --force-depends /tmp/unloop.deb >/dev/null
cat /srv/unloop/default.ipxe
""", package, scratch)
    assert said.strip().endswith("mine")


def test_same_programs_yield_the_same_package(package: Path) -> None:
    before = package.read_bytes()
    again = subprocess.run([str(ROOT / "scripts/make-deb"), str(OUT)],
                           capture_output=True, text=True, timeout=60)
    assert again.returncode == 0
    assert package.read_bytes() == before


def test_unit_is_in_order(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no",
                           str(UNIT)], capture_output=True, text=True,
                          timeout=WAIT)
    lines = [line for line in (done.stdout + done.stderr).splitlines()
             if "unloopd.service" in line
             and "not executable" not in line and "Failed to" not in line]
    assert not lines


@pytest.mark.parametrize("line", [
    "User=unloop", "NoNewPrivileges=yes", "ProtectSystem=strict",
    "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
    "SystemCallFilter=@system-service", "MemoryDenyWriteExecute=yes"])
def test_unit_is_hardened(line: str) -> None:
    assert line in UNIT.read_text().splitlines()
