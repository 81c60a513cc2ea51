# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A private network: one namespace with a bridge, taps and other hosts."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import time

from .base import run

#: The server's address in every lab network (each is a world of its own).
SERVER = "10.77.0.1"
#: A second host, where a case needs two servers on the same port.
SECOND = "10.77.0.2"
NETWORK = "10.77.0.0"
NETMASK = "255.255.255.0"
POOL = ("10.77.0.100", "10.77.0.150")
#: The same in a case that has IPv6 (Case.ipv6); the pool is DHCPv6's.
SERVER6 = "2001:db8:77::1"
PREFIX6 = "2001:db8:77::"
POOL6 = ("2001:db8:77::d:100", "2001:db8:77::d:1ff")
BRIDGE = "br0"
#: Another network, which has nothing to do with the first: a machine's second
#: card may be in it. Its DHCP server's host.
OTHER_SERVER = "10.78.0.1"
OTHER_POOL = ("10.78.0.100", "10.78.0.150")
OTHER_BRIDGE = "br1"

_counter = itertools.count(1)


class Network:
    """A namespace `lab-<pid>-<n>` holding a bridge with SERVER's address.

    Nothing leads out of it: no default route, no link to the host.
    """

    def __init__(self) -> None:
        self.name = f"lab-{os.getpid()}-{next(_counter)}"
        self._namespaces: list[str] = []
        self._hosts = 0
        #: What the server has an address of.
        self.has_ipv4 = True
        self.has_ipv6 = False
        #: Namespace of the other network's host, once there is one.
        self.other = ""
        try:
            self._add_namespace(self.name)
            self.ip("link", "add", BRIDGE, "type", "bridge",
                    "forward_delay", "0")
            self.ip("addr", "add", f"{SERVER}/24", "dev", BRIDGE)
            self.ip("link", "set", BRIDGE, "up")
            self._keep_carrier()
        except BaseException:
            self.close()
            raise

    def _keep_carrier(self) -> None:
        """Give the bridge a port whose other end is always there.

        A bridge whose only port is the tap of a machine that is not started
        yet has no carrier, and Kea opens no socket on such an interface.
        """
        self.ip("link", "add", "always0", "type", "veth", "peer", "name",
                "always1")
        self.ip("link", "set", "always0", "master", BRIDGE)
        for end in ("always0", "always1"):
            # It says nothing by itself.
            self.ip("link", "set", end, "addrgenmode", "none")
            self.ip("link", "set", end, "up")

    def _add_namespace(self, name: str) -> None:
        run("ip", "netns", "add", name)
        self._namespaces.append(name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        # Link-local addresses are usable at once.
        run("ip", "netns", "exec", name, "sh", "-c",
            "echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad", check=False)

    def ip(self, *words: str) -> None:
        """Run `ip` inside the namespace."""
        run("ip", "-n", self.name, *words)

    def add_ipv6(self, only: bool) -> None:
        """Give the server SERVER6; with only, no IPv4 is left."""
        self.ip("addr", "add", f"{SERVER6}/64", "dev", BRIDGE, "nodad")
        self.has_ipv6 = True
        if only:
            self.ip("addr", "del", f"{SERVER}/24", "dev", BRIDGE)
            self.has_ipv4 = False

    def add_other(self) -> str:
        """The other network, with tap1 for the machine; its host's name."""
        self.ip("link", "add", OTHER_BRIDGE, "type", "bridge",
                "forward_delay", "0")
        self.ip("link", "set", OTHER_BRIDGE, "up")
        self.add_tap("tap1", OTHER_BRIDGE)
        self.other = self.add_host(OTHER_SERVER, OTHER_BRIDGE)
        return self.other

    def add_tap(self, name: str = "tap0", bridge: str = BRIDGE) -> str:
        """A tap device on the bridge for one machine; returns its name."""
        self.ip("tuntap", "add", name, "mode", "tap")
        self.ip("link", "set", name, "master", bridge)
        self.ip("link", "set", name, "up")
        return name

    def add_host(self, address: str, bridge: str = BRIDGE) -> str:
        """A further host on the bridge (interface eth0); its namespace."""
        self._hosts += 1
        other = f"{self.name}-h{self._hosts}"
        self._add_namespace(other)
        port = f"host{self._hosts}"
        run("ip", "link", "add", port, "netns", self.name, "type", "veth",
            "peer", "name", "eth0", "netns", other)
        self.ip("link", "set", port, "master", bridge)
        self.ip("link", "set", port, "up")
        run("ip", "-n", other, "addr", "add", f"{address}/24", "dev", "eth0")
        run("ip", "-n", other, "link", "set", "eth0", "up")
        return other

    def nft(self, *commands: str) -> None:
        """Load nftables commands inside the namespace."""
        for command in commands:
            run("ip", "netns", "exec", self.name, "nft", command)

    def _chains(self) -> None:
        self.nft("add table inet lab",
                 "add chain inet lab rx "
                 "{ type filter hook input priority 0; }",
                 "add chain inet lab tx "
                 "{ type filter hook output priority 0; }")

    def lose(self, percent: int) -> None:
        """Drop this share of the packets between machine and server."""
        self._chains()
        for chain, side in (("rx", "iifname"), ("tx", "oifname")):
            self.nft(f"add rule inet lab {chain} {side} {BRIDGE} "
                     f"numgen random mod 100 < {percent} drop")

    def swallow(self, port: int) -> None:
        """Drop everything sent to this TCP port: a host that never answers."""
        self._chains()
        self.nft(f"add rule inet lab rx tcp dport {port} drop")

    def close(self) -> None:
        """Remove the namespaces with everything in them."""
        for name in reversed(self._namespaces):
            _remove(name)
        self._namespaces.clear()

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def _remove(name: str) -> None:
    """End what still runs in a namespace of ours, and remove it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        pids = run("ip", "netns", "pids", name, check=False).split()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), number)
        end = time.monotonic() + 2
        while pids and time.monotonic() < end:
            time.sleep(0.05)
            pids = run("ip", "netns", "pids", name, check=False).split()
        if not pids:
            break
    run("ip", "netns", "del", name, check=False)


def remove_stale() -> list[str]:
    """Remove namespaces of lab runs that are no longer there."""
    removed = []
    for line in run("ip", "netns", "list").splitlines():
        name = line.split()[0] if line.split() else ""
        match = re.fullmatch(r"lab-(\d+)-\w+(-h\d+)?", name)
        if not match or os.path.exists(f"/proc/{match.group(1)}"):
            continue
        _remove(name)
        removed.append(name)
    return removed
