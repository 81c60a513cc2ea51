# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The table of boots: each row one world, one machine and what must happen.

Scripts may use: @LINUX words@ (boots Linux with the lab's arguments and
these further ones), @WEB@ (where the kernel lies), @NGINX@, @FAULTS@, @IP@,
@PROGRAM@, @CASE@, @KARGS@.
"""

from __future__ import annotations

from collections.abc import Callable

from . import servers
from .boot import Boot, Case
from .judge import (asked_with_mac, builds_seen, connects, driven_by,
                    fault_log, fetched_at_least, fetched_at_most,
                    fetched_once, flight_recorded, http_client, http_times,
                    linux_up, linux_with, recognised, resolver_facts, resumed,
                    said, sha256, waited)
from .machine import MAC
from .netns import SERVER
from .payload import DISK_MARK
from .servers import NGINX_PORT, Answer

CASES: list[Case] = []


def case(*args: object, **fields: object) -> None:
    CASES.append(Case(*args, **fields))  # type: ignore[arg-type]


# --- DHCP ----------------------------------------------------------------

def dumb(kind: str, **answer: object) -> Callable[[Boot],
                                                  list[servers.Server]]:
    """The same file name for everybody, by dnsmasq, dhcpd or kea."""
    def start(boot: Boot) -> list[servers.Server]:
        fields: dict[str, object] = {"filename": boot.program} | answer
        given = Answer(**fields)  # type: ignore[arg-type]
        known = {"dnsmasq": servers.DnsmasqDhcp, "dhcpd": servers.IscDhcpd,
                 "kea": servers.Kea}
        return [known[kind](boot.net, boot.work, boot.logs, given)]
    return start


def proxy(port: int) -> Callable[[Boot], list[servers.Server]]:
    """A proxyDHCP beside a DHCP server that knows nothing of booting.

    It gives the file name in its first offer, or only on port 4011.
    """
    def start(boot: Boot) -> list[servers.Server]:
        kind = {67: servers.ProxyOffer, 4011: servers.ProxyDhcp}[port]
        return [
            servers.IscDhcpd(boot.net, boot.work, boot.logs, Answer(),
                             second_host=True),
            kind(boot.net, boot.work, boot.logs, Answer(boot.program))]
    return start


def by_the_book(filename: str) -> Callable[[Boot], list[servers.Server]]:
    """This file name for user class iPXE, the boot program for others."""
    def start(boot: Boot) -> list[servers.Server]:
        answer = Answer(boot.program, ipxe_filename=boot.expand(filename))
        return [servers.IscDhcpd(boot.net, boot.work, boot.logs, answer)]
    return start


def http_boot(boot: Boot) -> list[servers.Server]:
    """UEFI HTTP Boot: a URL for vendor class HTTPClient."""
    answer = Answer(http_url=f"http://{SERVER}:{NGINX_PORT}/{boot.program}")
    return [servers.DnsmasqDhcp(boot.net, boot.work, boot.logs, answer)]


def http_boot_resolver(boot: Boot) -> list[servers.Server]:
    """UEFI HTTP Boot that is given the resolver's one URL."""
    answer = Answer(http_url=f"http://{SERVER}/boot.ipxe?arch=x86_64")
    return [servers.DnsmasqDhcp(boot.net, boot.work, boot.logs, answer)]


def no_dhcp(_boot: Boot) -> list[servers.Server]:
    return []


# --- actions in the middle of a boot -------------------------------------

def servers_away(boot: Boot) -> None:
    for server in [*boot.servers.values(), *boot.dhcp]:
        server.stop()


def servers_back(boot: Boot) -> None:
    for name in ("tftp", *boot.case.web):
        boot.start_server(name)
    boot.dhcp = boot.case.dhcp(boot)


def dhcp_appears(boot: Boot) -> None:
    boot.dhcp = dumb("dnsmasq")(boot)


# --- the lab proves itself with Debian's iPXE ------------------------------

SCRIPT = "#!ipxe\n@LINUX@\n"
#: A disk with what is under esp/, for UEFI to boot.
ESP = ["-drive", "format=raw,if=none,id=esp,file=fat:rw:@WORK@/esp",
       "-device", "virtio-blk-pci,drive=esp,bootindex=0"]
#: The line of the last step of embed/unloop.ipxe.
BACK_OFF = r"(?i)nothing boots yet, beginning again in \d+"

for firmware, machine in (("bios", "bios"), ("uefi", "uefi")):
    case(name=f"{firmware}-stock-loops", machine=machine, firmware="debian",
         what="The trap is real: stock iPXE loads itself again in it.",
         dhcp=dumb("dnsmasq"), script=SCRIPT,
         until=lambda boot: boot.fetched(boot.program)
         >= boot.spec.native_fetches + 2,
         checks=[lambda boot: fetched_at_least(
                     boot.spec.native_fetches + 2)(boot),
                 lambda boot: "Linux started" if boot.linux() else None])
    case(name=f"{firmware}-stock-linux", machine=machine, firmware="debian",
         what="Out of the trap, stock iPXE boots the lab's Linux.",
         dhcp=by_the_book("@NGINX@/boot.ipxe"), script=SCRIPT,
         web=("nginx",), until=linux_up,
         checks=[fetched_once, http_times("/boot.ipxe", 1), linux_with()])

# --- the main table: every firmware with every kind of DHCP ----------------

for firmware, second in (("bios", "bios-e1000"), ("uefi", "uefi-full")):
    for server, start, machine in (
            ("dnsmasq", dumb("dnsmasq"), firmware),
            ("dhcpd", dumb("dhcpd"), second),
            ("kea", dumb("kea"), firmware),
            ("proxydhcp", proxy(4011), firmware),
            ("proxydhcp-67", proxy(67), second)):
        case(name=f"{firmware}-{server}", machine=machine,
             what=f"{server} gives everybody the same file: one fetch of "
             "our binary, then Linux.",
             dhcp=start, script=SCRIPT, until=linux_up,
             checks=[fetched_once, recognised, resolver_facts,
                     flight_recorded, http_times("/boot.ipxe", 1),
                     linux_with()])

for machine in ("uefi-i386", "uefi-i386-full", "uefi-arm64",
                "uefi-arm64-full"):
    case(name=f"{machine}-dnsmasq", machine=machine, timeout=240,
         what="Other processors: one fetch of our binary, then Linux.",
         dhcp=dumb("dnsmasq"), script=SCRIPT, until=linux_up,
         checks=[fetched_once, recognised, resolver_facts,
                 http_times("/boot.ipxe", 1), linux_with()])

case(name="uefi-http-boot", machine="uefi-http", web=("resolver", "nginx"),
     what="UEFI HTTP Boot loads our binary once, then Linux.",
     dhcp=http_boot, script=SCRIPT, until=linux_up, program="snponly.efi",
     files={"web/snponly.efi": "@ours"},
     checks=[http_times("/snponly.efi", 1), recognised, linux_with()])

case(name="uefi-http-resolver", machine="uefi-http",
     what="UEFI HTTP Boot and the script have one URL: the resolver gives the "
     "boot program with its own address in it, which that then asks.",
     dhcp=http_boot_resolver, until=linux_up, program="snponly.efi",
     script="#!ipxe\n@LINUX resolver=${resolver}@\n",
     files={"site/firmware/x86_64-efi/snponly.efi": "@ours"},
     checks=[http_times("/boot.ipxe", 2), asked_with_mac,
             linux_with(f"resolver=http://{SERVER}/boot\\.ipxe")])

for firmware, program in (("bios", "undionly.kpxe"),
                          ("uefi", "snponly.efi")):
    machine = firmware

    # --- other answers of the DHCP server -------------------------------

    case(name=f"{firmware}-bare-lease", machine=machine,
         what="No gateway, no DNS and no domain in the lease.",
         dhcp=dumb("dhcpd", router=False, dns=False, domain=None),
         script=SCRIPT, until=linux_up,
         checks=[fetched_once, recognised, linux_with()])

    case(name=f"{firmware}-class-script-url", machine=machine,
         what="An http:// script URL for user class iPXE is used.",
         dhcp=by_the_book("@NGINX@/site.ipxe"), web=("nginx",),
         files={"web/site.ipxe": "#!ipxe\n@LINUX from=dhcp-url@\n"},
         until=linux_up, stock_can=True,
         checks=[fetched_once, http_times("/site.ipxe", 1),
                 linux_with("from=dhcp-url")])

    case(name=f"{firmware}-filename-is-script", machine=machine,
         what="A file name that is a script, by TFTP, is run.",
         dhcp=by_the_book("site.ipxe"), web=("nginx",),
         files={"tftp/site.ipxe": "#!ipxe\n@LINUX from=dhcp-file@\n"},
         until=linux_up, stock_can=True,
         checks=[fetched_once, fetched_at_least(1, "site.ipxe"),
                 linux_with("from=dhcp-file")])

    case(name=f"{firmware}-autoexec", machine=machine,
         what="autoexec.ipxe beside the binary comes first.",
         dhcp=dumb("dnsmasq"), script="#!ipxe\n@LINUX from=resolver@\n",
         files={"tftp/autoexec.ipxe": "#!ipxe\n@LINUX from=autoexec@\n"},
         until=linux_up,
         checks=[fetched_once, linux_with("from=autoexec"),
                 http_times("/boot.ipxe", 0)])

    # What iPXE's users embed: DHCP has another answer for user class iPXE.
    asks = {"bios": "dhcp && chain ${filename}", "uefi": "autoboot"}[firmware]
    case(name=f"{firmware}-script-asks-again", machine=machine,
         what="A script's `dhcp` or `autoboot` asks the DHCP server, though "
         "a lease came with us.",
         dhcp=by_the_book("@NGINX@/site.ipxe"), web=("nginx",),
         files={"tftp/autoexec.ipxe": f"#!ipxe\n{asks} || poweroff\n",
                "web/site.ipxe": "#!ipxe\n@LINUX from=dhcp-url@\n"},
         until=linux_up,
         checks=[fetched_once, http_times("/site.ipxe", 1),
                 linux_with("from=dhcp-url")])

    case(name=f"{firmware}-tftp-script", machine=machine,
         what="Without a resolver, boot.ipxe of next-server is run.",
         dhcp=dumb("dnsmasq"), web=("nginx",),
         files={"tftp/boot.ipxe": "#!ipxe\n@LINUX from=tftp@\n"},
         until=linux_up,
         checks=[fetched_once, recognised, linux_with("from=tftp")])

    # --- customised images ------------------------------------------------

    case(name=f"{firmware}-customised", machine=machine,
         what="A script and a setting put into the finished image: the script "
         "is run instead of the embedded one, and sees the setting.",
         dhcp=dumb("dnsmasq"), script="#!ipxe\n@LINUX from=resolver@\n",
         files={"image.ipxe":
                "#!ipxe\n@LINUX from=image greeting=${greeting}@\n"},
         customise=["--script", "@WORK@/image.ipxe", "--set",
                    "greeting=hello"],
         until=linux_up,
         checks=[fetched_once, linux_with("from=image greeting=hello"),
                 http_times("/boot.ipxe", 0)])

    case(name=f"{firmware}-customised-resolver", machine=machine,
         what="The address of the resolver put into the finished image: it is "
         "asked instead of the one that DHCP lets guess.",
         dhcp=dumb("dnsmasq"), script="#!ipxe\n@LINUX from=guess@\n",
         web=("resolver", "nginx"),
         files={"web/site.ipxe": "#!ipxe\n@LINUX from=customised@\n"},
         customise=["--set", "resolver=@NGINX@/site.ipxe"],
         until=linux_up,
         checks=[fetched_once, linux_with("from=customised"),
                 http_times("/site.ipxe", 1), http_times("/boot.ipxe", 0)])

    # --- third parties and rings ------------------------------------------

    case(name=f"{firmware}-chain-self", machine=machine,
         what="`chain` of our own file fails; the script goes on by ||.",
         dhcp=dumb("dnsmasq"), until=linux_up,
         script="#!ipxe\nchain tftp://@IP@/@PROGRAM@ || goto on\n"
                "@LINUX never@\n:on\n@LINUX rc=${errno:hexhyp}@\n",
         checks=[recognised, linux_with("rc=[0-9a-f-]{8,}"),
                 fetched_at_most(1), http_times("/boot.ipxe", 1)])

    case(name=f"{firmware}-older-build", machine=machine,
         what="An older build in the chain runs, and is refused at the "
         "limit; then Linux.", timeout=240,
         dhcp=dumb("dnsmasq"), until=linux_up,
         files={"tftp/old-build": "@build-old"},
         script="#!ipxe\nchain tftp://@IP@/old-build || goto on\n"
                "@LINUX never@\n:on\n@LINUX rc=${errno:hexhyp}@\n",
         checks=[fetched_at_least(1, "old-build"),
                 fetched_at_most(16, "old-build"), fetched_at_most(16),
                 http_times("/boot.ipxe", 2, 32),
                 linux_with("rc=[0-9a-f-]{8,}"),
                 lambda boot: builds_seen(boot, 2)])

    case(name=f"{firmware}-two-builds-ring", machine=machine,
         what="Two builds whose autoexec.ipxe start each other end at the "
         "limit; then Linux.", timeout=240,
         dhcp=dumb("dnsmasq", filename=f"a/{program}"),
         until=linux_up, script="#!ipxe\n@LINUX from=resolver@\n",
         files={f"tftp/a/{program}": "@ours",
                "tftp/b/other-build": "@build-old",
                "tftp/a/autoexec.ipxe":
                "#!ipxe\nchain tftp://@IP@/b/other-build\n",
                "tftp/b/autoexec.ipxe":
                "#!ipxe\nchain tftp://@IP@/a/@PROGRAM@\n"},
         checks=[fetched_at_least(1, "b/other-build"),
                 fetched_at_most(16, "b/other-build"),
                 linux_with("from=resolver")])

    case(name=f"{firmware}-script-chains-itself", machine=machine,
         what="A script that chains itself is stopped; then Linux.",
         dhcp=dumb("dnsmasq"), until=linux_up, web=("resolver", "nginx"),
         script="#!ipxe\nchain @NGINX@/ring.ipxe\n"
                "@LINUX from=resolver@\n",
         files={"web/ring.ipxe":
                "#!ipxe\nchain @NGINX@/ring.ipxe || goto out\n"
                "exit 0\n:out\n@LINUX from=ring@\n"},
         checks=[fetched_once, http_times("/ring.ipxe", 1, 32),
                 linux_with("from=(ring|resolver)")])

    case(name=f"{firmware}-scripts-in-a-ring", machine=machine,
         what="Two scripts that chain each other are stopped; then Linux.",
         dhcp=dumb("dnsmasq"), until=linux_up, web=("resolver", "nginx"),
         script="#!ipxe\nchain @NGINX@/one.ipxe || goto out\n"
                ":out\n@LINUX from=resolver@\n",
         files={"web/one.ipxe": "#!ipxe\nchain @NGINX@/two.ipxe\n",
                "web/two.ipxe": "#!ipxe\nchain @NGINX@/one.ipxe\n"},
         checks=[fetched_once, http_times("/one.ipxe", 1, 32),
                 http_times("/two.ipxe", 1, 32),
                 linux_with("from=resolver")])

    # --- web servers that fail ------------------------------------------

    case(name=f"{firmware}-initrd-parts", machine=machine,
         what="An initrd of several parts arrives whole.",
         dhcp=dumb("dnsmasq"), until=linux_up, web=("resolver", "nginx"),
         files={"web/part.img": "@part"}, stock_can=firmware == "bios",
         script="#!ipxe\nkernel @WEB@/vmlinuz @KARGS@\n"
                "initrd @WEB@/initrd.img\ninitrd @NGINX@/part.img\nboot\n",
         checks=[fetched_once, linux_with(), sha256("/payload-part", "part")])

    resume = ("#!ipxe\nkernel @WEB@/vmlinuz @KARGS@\n"
              "initrd --name initrd.img @FAULTS@/big.img\nboot\n")
    case(name=f"{firmware}-resume", machine=machine,
         what="A server that dies in the middle of the initrd and comes "
         "back: the download goes on where it broke, the sum is right.",
         dhcp=dumb("dnsmasq"), until=linux_up, timeout=180,
         web=("resolver", "faults"), script=resume,
         faults=[{"path": "/big.img", "file": "@big", "times": 1,
                  "die_at": 9 << 20, "down": 3},
                 {"path": "/big.img", "file": "@big"}],
         checks=[fetched_once, linux_with(), sha256("/payload", "big"),
                 fault_log(lambda log: resumed(log))])

    case(name=f"{firmware}-resume-changed", machine=machine,
         what="The file changed while the server was away: it is fetched "
         "anew and never mixed.", timeout=180,
         dhcp=dumb("dnsmasq"), until=linux_up,
         web=("resolver", "faults"), script=resume,
         faults=[{"path": "/big.img", "file": "@big", "times": 1,
                  "die_at": 9 << 20, "down": 3},
                 {"path": "/big.img", "file": "@other"}],
         checks=[fetched_once, linux_with(), sha256("/payload", "other")])

    case(name=f"{firmware}-http-404", machine=machine,
         what="404: the step fails at once and the script goes on by ||.",
         dhcp=dumb("dnsmasq"), until=linux_up, stock_can=True,
         web=("resolver", "nginx"),
         script="#!ipxe\nkernel @NGINX@/absent || goto on\n"
                "@LINUX never@\n:on\n@LINUX rc=${errno:hexhyp}@\n",
         checks=[fetched_once, http_times("/absent", 1),
                 linux_with("rc=[0-9a-f-]{8,}")])

    case(name=f"{firmware}-text-program", machine=machine,
         what="A page that a web server gives instead of a program is not "
         "executed; || goes on.",
         dhcp=dumb("dnsmasq"), until=linux_up,
         web=("resolver", "nginx"),
         files={"web/page.0": "<html><body>The file that you look for has "
                "moved to another place.</body></html>\n"},
         script="#!ipxe\nchain --autofree @NGINX@/page.0 || goto on\n"
                "@LINUX never@\n:on\n@LINUX rc=${errno:hexhyp}@\n",
         checks=[fetched_once, http_times("/page.0", 1),
                 linux_with("rc=[0-9a-f-]{8,}")])

    case(name=f"{firmware}-http-503", machine=machine,
         what="503 with Retry-After: the same is asked again when told to.",
         dhcp=dumb("dnsmasq"), until=linux_up, stock_can=True,
         web=("resolver", "nginx", "faults"),
         script="#!ipxe\nkernel --name vmlinuz @FAULTS@/vmlinuz @KARGS@\n"
                "initrd @WEB@/initrd.img\nboot\n",
         faults=[{"path": "/vmlinuz", "status": 503, "times": 2,
                  "headers": {"Retry-After": "3"}},
                 {"path": "/vmlinuz", "file": "@vmlinuz"}],
         checks=[fetched_once, http_times("/vmlinuz", 3),
                 fault_log(lambda log: waited(log, 3)), linux_with()])

    case(name=f"{firmware}-http-truncated", machine=machine,
         what="A body that always ends early is never run; || goes on.",
         dhcp=dumb("dnsmasq"), until=linux_up, timeout=240,
         web=("resolver", "faults"),
         script="#!ipxe\nkernel @FAULTS@/vmlinuz || goto on\nboot || goto on"
                "\n:on\nimgfree\n@LINUX rc=${errno:hexhyp}@\n",
         faults=[{"path": "/vmlinuz", "file": "@vmlinuz", "ranges": False,
                  "cut_at": 1 << 20}],
         checks=[fetched_once, http_times("/vmlinuz", 1, 100),
                 linux_with("rc=[0-9a-f-]{8,}")])

    case(name=f"{firmware}-or-paths", machine=machine,
         what="|| and && choose as iPXE's do.", stock_can=True,
         dhcp=dumb("dnsmasq"), until=linux_up, web=("resolver", "nginx"),
         script="#!ipxe\n"
                "iseq a b && set r1 wrong || set r1 else\n"
                "iseq a a && set r2 then || set r2 wrong\n"
                "imgfetch @NGINX@/absent || set r3 fetch-else\n"
                "isset ${nothing} || set r4 isset-else\n"
                "chain tftp://@IP@/absent || chain http://@IP@:81/x || "
                "set r5 both-else\n"
                "@LINUX r1=${r1} r2=${r2} r3=${r3} r4=${r4} r5=${r5}@\n",
         checks=[fetched_once,
                 linux_with("r1=else r2=then r3=fetch-else r4=isset-else "
                            "r5=both-else")])

    case(name=f"{firmware}-lossy", machine=machine,
         what="One packet in fifty lost in each direction: still Linux.",
         dhcp=dumb("dnsmasq"), until=linux_up, timeout=240,
         script=SCRIPT, network=lambda net: net.lose(2),
         checks=[linux_with(), recognised])

    # --- nothing there -----------------------------------------------------

    case(name=f"{firmware}-all-gone", machine=machine,
         what="After our binary was loaded no server answers any more: "
         "bounded, then the back-off line; when they return, Linux.",
         dhcp=dumb("dnsmasq"), script=SCRIPT, timeout=300,
         late=("resolver",),
         actions=[(lambda boot: boot.fetched(boot.program)
                   >= boot.spec.native_fetches,
                   lambda boot: servers_away(boot)),
                  (said(BACK_OFF),
                   lambda boot: servers_back(boot))],
         until=linux_up, checks=[fetched_once, linux_with()])

# Waiting is the network code's, the same on all firmware; *-http-503 and
# *-all-gone wait by the clocks of both.

case(name="bios-http-refused", machine="bios",
     what="A refused connection: the step fails and || goes on.",
     dhcp=dumb("dnsmasq"), until=linux_up, stock_can=True,
     script="#!ipxe\nkernel http://@IP@:81/x || goto on\n"
            "@LINUX never@\n:on\n@LINUX rc=${errno:hexhyp}@\n",
     checks=[fetched_once, connects(81, 60),
             linux_with("rc=[0-9a-f-]{8,}")])

case(name="bios-http-no-answer", machine="bios",
     what="A host that answers nothing at all: given up in bounded "
     "time, || goes on.", timeout=240,
     dhcp=dumb("dnsmasq"), until=linux_up, stock_can=True,
     network=lambda net: net.swallow(81),
     script="#!ipxe\nkernel http://@IP@:81/x || goto on\n"
            "@LINUX never@\n:on\n@LINUX rc=${errno:hexhyp}@\n",
     checks=[fetched_once, connects(81, 200),
             linux_with("rc=[0-9a-f-]{8,}")])

case(name="bios-http-silent", machine="bios",
     what="A server that takes the request and never answers: given up "
     "in bounded time, || goes on.", timeout=300,
     dhcp=dumb("dnsmasq"), until=linux_up,
     web=("resolver", "faults"),
     script="#!ipxe\nkernel @FAULTS@/silent || goto on\n"
            "@LINUX never@\n:on\n@LINUX rc=${errno:hexhyp}@\n",
     faults=[{"path": "/silent", "silent": True}],
     checks=[fetched_once, http_times("/silent", 1, 10),
             linux_with("rc=[0-9a-f-]{8,}")])

case(name="bios-retry-after-script", machine="bios",
     what="The resolver's place answers 503 with Retry-After first: "
     "the script is asked again and run.", timeout=150,
     dhcp=dumb("dnsmasq"), until=linux_up, stock_can=True,
     web=("resolver", "faults"),
     script="#!ipxe\nchain @FAULTS@/later.ipxe\n",
     files={"web/later.ipxe": "#!ipxe\n@LINUX from=later@\n"},
     faults=[{"path": "/later.ipxe", "status": 503, "times": 1,
              "headers": {"Retry-After": "2"}},
             {"path": "/later.ipxe", "file": "web/later.ipxe"}],
     checks=[fetched_once, http_times("/later.ipxe", 2),
             linux_with("from=later")])

case(name="uefi-no-dhcp", machine="uefi",
     what="ipxe.efi from a disk, no DHCP server at all: bounded, then the "
     "back-off line; when one appears, Linux.", timeout=180,
     dhcp=no_dhcp, script=SCRIPT, program="ipxe.efi",
     files={"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi",
            "tftp/ipxe.efi": "@our-full-efi"},
     qemu=["-drive", "format=raw,if=none,id=esp,file=fat:rw:@WORK@/esp",
           "-device", "virtio-blk-pci,drive=esp,bootindex=0"],
     actions=[(said(BACK_OFF), lambda boot: dhcp_appears(boot))],
     until=linux_up,
     checks=[linux_with(), fetched_at_most(0), http_times("/boot.ipxe", 1),
             lambda boot: None if any(
                 m.kind == 1 and m.options.get(77) == b"iPXE"
                 for m in boot.wire.dhcp)
             else "our firmware sent no DHCPDISCOVER"])

case(name="uefi-disk-start", machine="uefi-disk",
     what="ipxe.efi from a disk, on firmware that left the NIC alone: it is "
     "connected, then Linux.",
     dhcp=dumb("dnsmasq"), script=SCRIPT,
     files={"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
     qemu=ESP,
     until=linux_up, checks=[linux_with(), http_times("/boot.ipxe", 1)])

case(name="uefi-damaged", machine="uefi-disk",
     what="One bit of ipxe.efi has turned over on the first disk: it says so "
     "and gives the machine back, and the second disk's boots Linux.",
     dhcp=dumb("dnsmasq"), script=SCRIPT,
     files={"esp/EFI/BOOT/BOOTX64.EFI": "@damaged-our-full-efi",
            "esp2/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
     qemu=[*ESP,
           "-drive", "format=raw,if=none,id=esp2,file=fat:rw:@WORK@/esp2",
           "-device", "virtio-blk-pci,drive=esp2,bootindex=1"],
     until=linux_up,
     checks=[linux_with(), http_times("/boot.ipxe", 1),
             lambda boot: builds_seen(boot, 1),
             lambda boot: None if "its file is damaged" in boot.plain_serial()
             else "the damaged program did not say so"])

# --- network cards that only our own drivers know -------------------------

#: QEMU's network cards that OVMF has no driver for, and what we call them.
CARDS = {"e1000": "82540em", "e1000e": "82574l", "rtl8139": "rtl8139",
         "vmxnet3": "vmxnet3"}

for nic, chip in CARDS.items():
    case(name=f"uefi-driver-{nic}", machine="uefi-disk", nic=nic,
         what=f"OVMF knows no {nic}: ours drives it, then Linux.",
         dhcp=dumb("dnsmasq"), script=SCRIPT, qemu=ESP,
         files={"esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
         until=linux_up, checks=[linux_with(), driven_by(chip)])

case(name="uefi-own-drivers", machine="uefi-full",
     what="CONFIG=own-drivers takes the card from the firmware's driver, which "
     "loaded it, and gives it to snponly.efi as SNP; then Linux.",
     dhcp=dumb("dnsmasq"), until=linux_up,
     files={"tftp/ipxe.efi": "@config-own-drivers",
            "tftp/snponly.efi": "@our-snponly-efi"},
     script="#!ipxe\niseq ${generation} 1 || goto on\n"
            "chain tftp://@IP@/snponly.efi\n:on\n"
            "@LINUX chip=${netX/chip}@\n",
     checks=[fetched_at_most(1), driven_by("virtio-net"),
             fetched_at_least(1, "snponly.efi"), http_times("/boot.ipxe", 2),
             linux_with("chip=snp")])

# --- option ROMs for UEFI ---------------------------------------------------

#: Our ROM of each card that OVMF has no driver for.
EFIROMS = {"e1000": "8086100e", "e1000e": "808610d3", "rtl8139": "10ec8139",
           "vmxnet3": "15ad07b0"}
BY_ROM = [fetched_once, linux_with(), http_times("/boot.ipxe", 1)]

for nic, card in EFIROMS.items():
    case(name=f"uefi-rom-{nic}", machine="uefi-rom", nic=nic,
         ours=f"rom/{card}.efirom",
         what=f"The ROM of {nic} boots Linux by itself: the firmware asks "
         "the network for nothing.",
         dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
         checks=[*BY_ROM, driven_by(CARDS[nic])])

case(name="uefi-rom-arm64", machine="uefi-rom-arm64",
     what="The ROM for arm64 boots Linux by itself.",
     dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
     checks=[*BY_ROM, driven_by("virtio-net")])

case(name="uefi-rom-combined", machine="uefi-rom-arm64",
     ours="rom/x86_64+arm64/1af41000.efirom",
     what="Of a ROM for two processors the firmware takes the second driver.",
     dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
     checks=[*BY_ROM, driven_by("virtio-net")])

case(name="uefi-rom-customised", machine="uefi-rom",
     what="A script put into the finished ROM is run.",
     dhcp=dumb("dnsmasq", filename=None), script=SCRIPT, until=linux_up,
     files={"image.ipxe": "#!ipxe\ndhcp\n@LINUX from=image@\n"},
     customise=["--script", "@WORK@/image.ipxe"],
     checks=[linux_with("from=image"), http_times("/boot.ipxe", 0)])

case(name="uefi-rom-chain", machine="uefi-rom", nic="virtio-net-pci",
     offload=True,
     ours="rom/1af41000.efirom",
     what="The trap with a ROM: DHCP gives everybody snponly.efi. The ROM "
     "gives that the card as the firmware would, and there it ends: Linux.",
     dhcp=dumb("dnsmasq"), script=SCRIPT, until=linux_up,
     files={"tftp/snponly.efi": "@our-snponly-efi"},
     checks=[fetched_at_least(1), fetched_at_most(1), linux_with(),
             http_times("/boot.ipxe", 1),
             lambda boot: builds_seen(boot, 1)])

case(name="uefi-rom-exit", machine="uefi-rom", web=("faults",),
     what="`exit` in the ROM gives the machine back: the firmware goes on to "
     "the disk, whose ipxe.efi takes the card from the ROM's driver.",
     dhcp=dumb("dnsmasq", filename="http://10.77.0.1:8090/turn.ipxe"),
     faults=[{"path": "/turn.ipxe", "file": "exit.ipxe", "times": 1},
             {"path": "/turn.ipxe", "file": "linux.ipxe"},
             {"path": "/vmlinuz", "file": "@vmlinuz"},
             {"path": "/initrd.img", "file": "@initrd"}],
     files={"exit.ipxe": "#!ipxe\nexit\n",
            "linux.ipxe": "#!ipxe\nkernel @FAULTS@/vmlinuz @KARGS@\n"
            "initrd @FAULTS@/initrd.img\nboot\n",
            "esp/EFI/BOOT/BOOTX64.EFI": "@our-full-efi"},
     qemu=["-drive", "format=raw,if=none,id=esp,file=fat:rw:@WORK@/esp",
           "-device", "virtio-blk-pci,drive=esp,bootindex=2"],
     until=linux_up, checks=[linux_with(), http_times("/turn.ipxe", 2)])

case(name="uefi-arm64-driver-e1000e", machine="uefi-arm64-full", nic="e1000e",
     what="AAVMF knows no e1000e: ours drives it on arm64, then Linux.",
     dhcp=dumb("dnsmasq"), script=SCRIPT, timeout=180,
     qemu=ESP, files={"esp/EFI/BOOT/BOOTAA64.EFI": "@ours"},
     until=linux_up, checks=[linux_with(), driven_by("82574l")])

for nic, chip in (CARDS | {"virtio-net-pci": "virtio-net"}).items():
    case(name=f"bios-driver-{nic}", machine="bios-native", nic=nic,
         what=f"{nic} without any ROM, its cable late and one packet in "
         "fifty lost: Linux.",
         dhcp=dumb("dnsmasq"), script=SCRIPT, until=linux_up,
         network=lambda net: net.lose(2), timeout=180,
         actions=[(lambda boot: True,
                   lambda boot: boot.machine.set_link(False)),
                  (said("Waiting for a link"),
                   lambda boot: boot.machine.set_link(True))],
         checks=[linux_with(), driven_by(chip)])

for name, nic, offload in (
        ("legacy", "virtio-net-pci,disable-modern=on,disable-legacy=off,"
         "mrg_rxbuf=off", False),
        ("modern", "virtio-net-pci-non-transitional", True)):
    case(name=f"bios-virtio-{name}", machine="bios-native", nic=nic,
         what=f"The {name} kind of virtio-net{', with offloads' * offload}: "
         "Linux, and the RAM disk's sum is right.", offload=offload,
         dhcp=dumb("dnsmasq"), web=("resolver", "nginx"),
         files={"web/big.img": "@big"}, until=linux_up,
         script="#!ipxe\nkernel @WEB@/vmlinuz @KARGS@\n"
                "initrd @WEB@/initrd.img\ninitrd @NGINX@/big.img\nboot\n",
         checks=[linux_with(), driven_by("virtio-net"),
                 sha256("/payload", "big")])

# --- several network cards -------------------------------------------------

OTHER_MAC = "52:54:00:77:00:02"


def two_networks(boot: Boot) -> list[servers.Server]:
    """dnsmasq here, and in the other network one whose boot server is not
    there."""
    nowhere = Answer(boot.program, next_server="10.78.0.9")
    return [*dumb("dnsmasq")(boot),
            servers.OtherDhcp(boot.net, boot.work, boot.logs, nowhere)]


def other_card(nic: str) -> list[str]:
    """QEMU's arguments for a card in the other network."""
    return ["-netdev", "tap,id=n1,ifname=tap1,script=no,downscript=no,"
            "vnet_hdr=off", "-device",
            f"{nic},netdev=n1,mac={OTHER_MAC},romfile="]


def links(boot: Boot, up: bool) -> None:
    """Plug all cables in, or pull them."""
    for netdev in ("n0", "n1"):
        boot.machine.set_link(up, netdev)


#: Which card has which number is decided by the order on the bus.
for order, here, there in (("first", 8, 9), ("second", 9, 8)):
    case(name=f"bios-two-cards-{order}", machine="bios-native",
         nic=f"virtio-net-pci,addr={here}",
         what=f"Two cards, the {order} with a boot server that answers: "
         "Linux through that.",
         network=lambda net: net.add_other(), dhcp=two_networks,
         qemu=other_card(f"e1000,addr={there}"),
         script="#!ipxe\n@LINUX nic=${netX/mac}@\n", until=linux_up,
         checks=[linux_with(f"nic={MAC}"), driven_by("virtio-net")])

case(name="bios-two-cards-late-link", machine="bios-native",
     nic="e1000,addr=9",
     what="Two cards whose cables come late, the right one first: Linux.",
     network=lambda net: net.add_other(), dhcp=two_networks,
     qemu=other_card("e1000,addr=8"), script=SCRIPT, until=linux_up,
     actions=[(lambda boot: True, lambda boot: links(boot, False)),
              (said("Waiting for a link"),
               lambda boot: boot.machine.set_link(True, "n0"))],
     checks=[linux_with(), driven_by("82540em")])

#: Which of the two is on the bus first does not matter to who was loaded.
for name, machine, nic, other in (
        ("uefi-two-cards", "uefi-full", "virtio-net-pci,addr=9",
         "virtio-net-pci,addr=3"),
        ("bios-two-cards-loaded", "bios-pxe", "e1000,addr=9",
         "virtio-net-pci,addr=8")):
    case(name=name, machine=machine, nic=nic, qemu=other_card(other),
         what="Loaded through the second card: it is net0 and bootnic; Linux.",
         network=lambda net: net.add_other(), dhcp=two_networks,
         script="#!ipxe\n@LINUX first=${net0/mac} boot=${bootnic/mac} "
         "other=${net1/mac}@\n", until=linux_up,
         checks=[fetched_once, recognised,
                 linux_with(f"first={MAC} boot={MAC} other={OTHER_MAC}")])

# --- giving the machine back ----------------------------------------------

case(name="bios-exit", machine="bios",
     what="`exit` gives the machine back: the next boot device starts.",
     dhcp=dumb("dnsmasq"), script="#!ipxe\nexit 0\n",
     qemu=["-drive", "format=raw,if=ide,file=@DISK@"],
     until=said(DISK_MARK),
     checks=[fetched_once, http_times("/boot.ipxe", 1, 2),
             lambda boot: None if DISK_MARK in boot.serial
             else "the disk was not booted"])

case(name="uefi-exit", machine="uefi",
     what="`exit` gives the machine back: the firmware goes on with its "
     "next boot option, which is HTTP Boot.",
     dhcp=dumb("dnsmasq"), script="#!ipxe\nexit 0\n",
     until=lambda boot: http_client(boot) is None, settle=1,
     checks=[fetched_once, http_times("/boot.ipxe", 1, 2),
             lambda boot: http_client(boot)])

case(name="bios-local-disk", machine="bios",
     what="Nobody has a script for the machine: its local disk starts.",
     dhcp=dumb("dnsmasq"),
     qemu=["-drive", "format=raw,if=ide,file=@DISK@"],
     until=said(DISK_MARK),
     checks=[fetched_once, http_times("/boot.ipxe", 1, 4),
             lambda boot: None if DISK_MARK in boot.serial
             else "the disk was not booted"])


case(name="uefi-local-disk", machine="uefi-full",
     what="Nobody has a script for the machine: the boot program of its "
     "local disk starts.",
     dhcp=dumb("dnsmasq"),
     files={"esp/EFI/BOOT/BOOTX64.EFI": "@build-old"},
     qemu=["-drive", "format=raw,if=none,id=esp,file=fat:rw:@WORK@/esp",
           "-device", "virtio-blk-pci,drive=esp,bootindex=9"],
     until=lambda boot: builds_seen(boot, 2) is None,
     checks=[fetched_at_most(2), lambda boot: builds_seen(boot, 2)])

# More rows, which use what is above.
from . import (cases_bios, cases_console, cases_disk,  # noqa: E402,F401
               cases_families, cases_ipv6, cases_media, cases_pxe,
               cases_secure, cases_settings)


def find_case(name: str) -> Case | None:
    """The case of this name."""
    return next((c for c in CASES if c.name == name), None)
