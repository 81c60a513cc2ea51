# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What machines are to do: intents, tokens, the API, the command, losses."""

from __future__ import annotations

import http.client
import json
import random
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from control import (MAC, UNLOOP, TlsApi, UnixConnection, api, boot, fill,
                     put, show, start, token_in, unloop)
from unloopd import WAIT, Daemon, Site

KILLS = 10
UUID = "4c4c4544-0042-3510-8052-b4c04f4a4e31"


@pytest.fixture
def serving(site: Site) -> Iterator[Daemon]:
    fill(site)
    daemon = start(site)
    yield daemon
    assert daemon.stop() == 0, daemon.log_text()[-4000:]


def test_install_runs_until_it_is_confirmed(serving: Daemon) -> None:
    assert "ordinary" in boot(serving)
    result = unloop(serving, "machine", "set", "web01", "install", "debian12")
    assert result.returncode == 0, result.stderr
    script = boot(serving)
    assert "vmlinuz" in script
    # The same boot asks twice, as PXE clients do.
    assert boot(serving) == script
    assert show(serving, "web01")["attempts"] == 1
    assert serving.get("/v1/confirm/" + token_in(script)).status == 200
    assert "exit" in boot(serving)
    machine = show(serving, "web01")
    assert machine["intent"] == "local"
    assert machine["installed"] == "debian12"
    # Nothing consumed it a second time, and nothing can.
    assert serving.get("/v1/confirm/" + token_in(script)).status == 200
    assert show(serving, "web01")["intent"] == "local"


def test_head_neither_boots_nor_confirms(serving: Daemon) -> None:
    put(serving, "web01", "install", profile="debian12")
    serving.request("HEAD", f"/boot.ipxe?mac={MAC}")
    assert show(serving, "web01").get("attempts", 0) == 0
    token = token_in(boot(serving))
    assert serving.request("HEAD", f"/v1/confirm/{token}").status == 405
    assert show(serving, "web01")["intent"] == "install"


def test_failed_install_is_tried_again_then_given_up(serving: Daemon) -> None:
    put(serving, "web01", "install", profile="debian12", attempts=2)
    for attempt in (1, 2):
        token = token_in(boot(serving))
        assert show(serving, "web01")["attempts"] == attempt
        path = f"/v1/confirm/{token}?result=failed"
        assert serving.request("POST", path).status == 200
    assert "exit" in boot(serving)
    machine = show(serving, "web01")
    assert machine["outcome"] == "gave-up" and machine["effective"] == "local"
    assert "Gave up" in machine["verdict"]


def test_other_intents_and_clearing(serving: Daemon) -> None:
    for arguments, words in ((("run", "diskless"), "echo diskless"),
                             (("rescue",), "echo rescue"),
                             (("local",), "exit")):
        result = unloop(serving, "machine", "set", "web01", *arguments)
        assert result.returncode == 0, result.stderr
        assert words in boot(serving)
    assert unloop(serving, "machine", "clear", "web01").returncode == 0
    assert "ordinary" in boot(serving)


def test_unknown_machine_is_listed_and_adopted(serving: Daemon) -> None:
    boot(serving, "52:54:00:99:99:99")
    machine = show(serving, "52-54-00-99-99-99")
    assert machine["known"] is False
    result = unloop(serving, "machine", "ls")
    assert "52-54-00-99-99-99" in result.stdout
    assert "(unknown)" in result.stdout
    assert put(serving, "52-54-00-99-99-99", "run", profile="diskless",
               label="rack 7") == 200
    assert "echo diskless" in boot(serving, "52:54:00:99:99:99")
    machine = show(serving, "52-54-00-99-99-99")
    assert machine["known"] is True and machine["label"] == "rack 7"


def test_machine_that_a_rule_knows_is_not_unknown(
        site: Site, serving: Daemon) -> None:
    site.write("rules.d/lab.conf", "[lab]\nmac = 52:54:00:99\n"
               "profile = diskless\n")
    serving.settle()
    assert "echo diskless" in boot(serving, "52:54:00:99:99:99")
    assert show(serving, "52-54-00-99-99-99")["known"] is True
    boot(serving, "52:54:00:98:99:99")
    assert show(serving, "52-54-00-98-99-99")["known"] is False


def test_machine_of_the_site_is_not_unknown_before_it_asks(
        serving: Daemon) -> None:
    """Somebody ordered something, and took it back."""
    put(serving, "web01", "local")
    unloop(serving, "machine", "clear", "web01")
    machine = show(serving, "web01")
    assert machine["intent"] == "ordinary" and machine["known"] is True
    assert "(unknown)" not in unloop(serving, "machine", "ls").stdout


def test_unknown_machine_is_known_when_the_site_has_it(
        serving: Daemon, site: Site) -> None:
    """Before it asks again, by the name that it has there."""
    name = "52-54-00-99-99-99"
    boot(serving, "52:54:00:99:99:99")
    assert show(serving, name)["known"] is False
    site.write("hosts.d/more.conf", "[db01]\nmac = 52:54:00:99:99:99\n")
    serving.settle()
    assert show(serving, name)["name"] == "db01"
    assert put(serving, name, "run", profile="diskless") == 200
    lines = b'{"mac": "52:54:00:99:99:99"}\n{"event": "dhcp"}\n'
    assert serving.request("POST", "/v1/events", body=lines).status == 200
    _, listed = api(serving, "GET", "/v1/machines")
    machines = {one["name"]: one["known"] for one in listed["machines"]}
    assert machines == {"db01": True}
    assert "dhcp" in [one["kind"] for one in show(serving, "db01")["events"]]


def test_machine_is_named_by_its_name_or_its_mac(serving: Daemon) -> None:
    for name in (MAC, MAC.replace(":", "").upper(), "web01"):
        assert put(serving, "web01", "ordinary") == 200
        assert put(serving, name, "run", profile="diskless") == 200
        assert "echo diskless" in boot(serving), name
        assert show(serving, name)["name"] == "web01"
    assert put(serving, "52:54:00:99:99:99", "run", profile="diskless") == 200
    assert "echo diskless" in boot(serving, "52-54-00-99-99-99")


@pytest.mark.parametrize("name, intent, profile, why", [
    ("web1", "local", "", "The site has no machine web1"),
    ("web01", "install", "debian13", "The site has no profiles.d/debian13"),
    ("web01", "run", "empty", "The site has no profiles.d/empty.ipxe")])
def test_what_could_not_boot_is_refused_when_it_is_ordered(
        site: Site, serving: Daemon, name: str, intent: str, profile: str,
        why: str) -> None:
    site.write("profiles.d/empty.conf", "var.x = y\n")
    serving.settle()
    words = [name, intent] + ([profile] if profile else [])
    result = unloop(serving, "machine", "set", *words)
    assert result.returncode == 1 and why in result.stderr, result.stderr
    assert "ordinary" in boot(serving)


def test_disabled_machine_is_listed_and_keeps_its_order(
        site: Site, serving: Daemon) -> None:
    put(serving, "web01", "install", profile="debian12")
    site.write("hosts.d/web.conf",
               f"[web01]\nmac = {MAC}\nprofile = base\ndisabled = yes\n")
    serving.settle()
    assert "debian12" not in boot(serving)
    machine = show(serving, "web01")
    assert machine["known"] is True and not machine.get("attempts")
    assert "asked" in [event["kind"] for event in machine["events"]]
    assert "(unknown)" not in unloop(serving, "machine", "ls").stdout


def test_wrong_tokens_change_nothing(serving: Daemon) -> None:
    put(serving, "web01", "install", profile="debian12")
    token = token_in(boot(serving))
    wrong = ("0" if token[0] != "0" else "1") + token[1:]
    for path in (wrong, token[:-1], token + "0", token.upper() + "x", "",
                 "%00", "a" * 4000):
        assert serving.get("/v1/confirm/" + path).status in (400, 404)
    assert show(serving, "web01")["intent"] == "install"


def test_tokens_are_nowhere_but_in_the_script(serving: Daemon) -> None:
    put(serving, "web01", "install", profile="debian12")
    token = token_in(boot(serving))
    api_token = unloop(serving, "token", "new", "ann").stdout.strip()
    assert len(api_token) == 32
    serving.get(f"/v1/confirm/{token}?result=failed")
    serving.get(f"/v1/confirm/{token}/x")
    serving.get(f"http://x/v1/confirm/{token}")
    lines = serving.wait_for_lines(4)
    assert len(lines) >= 4
    for secret in (token, api_token):
        assert secret not in serving.log_text()
        for path in serving.state.iterdir():
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"1", b'{"intent":1}', b'{"intent":"wait"}',
    b'{"intent":"install"}', b'{"intent":"run","profile":"../x"}',
    b'{"intent":"local","intent":"run"}', b'{"intent":"local","attempts":-1}',
    b'{"intent":"local","attempts":"x"}', b'{"intent":"local","label":"a\\n"}',
    b'{"intent":"local","deadline_s":1e99}', b"\xff" * 100, b"[" * 50000])
def test_bad_changes_yield_400(serving: Daemon, body: bytes) -> None:
    status, answer = api(serving, "PUT", "/v1/machines/web01", body)
    assert status == 400 and answer["error"]
    assert show(serving, "web01")["intent"] == "ordinary"


def test_api_refuses_what_it_should(serving: Daemon) -> None:
    assert api(serving, "PUT", "/v1/machines/web01", b"x" * 70000)[0] == 413
    assert api(serving, "PUT", "/v1/machines/a%20b",
               {"intent": "local"})[0] == 404
    assert api(serving, "POST", "/v1/machines/web01",
               {"intent": "local"})[0] == 405
    assert api(serving, "GET", "/v1/nothing")[0] == 404
    # A page of another site in a browser that got a forwarded socket.
    assert api(serving, "GET", "/v1/machines",
               headers={"Host": "evil.example"})[0] == 403
    # The port that machines boot from changes nothing.
    assert serving.request("PUT", "/v1/machines/web01",
                           body=b'{"intent":"local"}').status == 404
    assert serving.get("/v1/machines").status == 404


@pytest.mark.parametrize("host", ["", "Host: ::1\r\n"])
def test_api_explains_to_who_names_no_host(site: Site, host: str) -> None:
    fill(site)
    site.write("profiles.d/base.ipxe", "#!ipxe\necho from {{server}}\n")
    tcp = TlsApi()
    daemon = start(site, *tcp.arguments)
    try:
        token = unloop(daemon, "token", "new", "ann").stdout.strip()
        context = ssl.create_default_context(cafile=str(tcp.cert))
        with (socket.create_connection(("127.0.0.1", tcp.port), WAIT) as raw,
              context.wrap_socket(raw, server_hostname="localhost") as sock):
            sock.sendall(f"GET /explain?mac={MAC} HTTP/1.0\r\n"
                         f"Authorization: Bearer {token}\r\n{host}\r\n".encode())
            reply = b""
            while data := sock.recv(65536):
                reply += data
        assert b" 200 OK\r\n" in reply and b"echo from localhost\n" in reply
    finally:
        assert daemon.stop() == 0, daemon.log_text()[-4000:]


def test_audit_log_names_who_did_what(serving: Daemon) -> None:
    put(serving, "web01", "install", profile="debian12")
    serving.get("/v1/confirm/" + token_in(boot(serving)))
    lines = [json.loads(line) for line in
             (serving.state / "audit.log").read_text().splitlines()]
    assert [line["action"] for line in lines] == ["set", "confirm"]
    assert lines[0]["new"] == "install debian12" and lines[0]["by"]
    assert all(line["what"] == "web01" for line in lines)


def test_events_join_one_timeline_with_a_verdict(serving: Daemon) -> None:
    put(serving, "web01", "run", profile="debian12")
    boot(serving)
    serving.get("/assets/vmlinuz")
    body = (json.dumps({"mac": MAC, "event": "dhcp", "text": "a lease",
                        "ms": 900}) + "\n"
            + json.dumps({"event": "image", "text": "<b>&\u2028\x01"}) + "\n"
            + "rubbish\n").encode()
    reply = serving.request("POST", "/v1/events", body=body)
    assert json.loads(reply.body) == {"taken": 2, "refused": 1}
    end = time.monotonic() + WAIT
    while True:
        machine = show(serving, "web01")
        kinds = [event["kind"] for event in machine["events"]]
        if "fetched" in kinds or time.monotonic() > end:
            break
        time.sleep(0.05)
    for kind in ("set", "asked", "answered", "fetched", "dhcp", "image"):
        assert kind in kinds, kinds
    assert "Booting" in machine["verdict"]
    sources = {event["source"] for event in machine["events"]}
    assert sources == {"server", "firmware", "person"}
    serving.request("POST", "/v1/events", body=json.dumps(
        {"mac": MAC, "event": "error", "text": "no link"}).encode())
    assert "no link" in show(serving, "web01")["verdict"]


@pytest.mark.parametrize("said", [
    {"mac": MAC}, {"mac": "52:54:00:99:99:99", "uuid": UUID}])
def test_events_of_a_machine_that_never_asked_are_its_own(
        site: Site, said: dict[str, str]) -> None:
    """The site knows whose MAC or UUID it is."""
    fill(site)
    site.write("hosts.d/more.conf", f"[db01]\nuuid = {UUID}\n")
    daemon = start(site)
    name = "db01" if "uuid" in said else "web01"
    try:
        lines = [said, {"event": "chain", "ms": 12, "text": "vmlinuz"}]
        reply = daemon.request("POST", "/v1/events", body="\n".join(
            map(json.dumps, lines)).encode())
        assert json.loads(reply.body) == {"taken": 2, "refused": 0}
        machine = show(daemon, name)
        assert [event["kind"] for event in machine["events"]] == ["chain"]
        assert machine["known"] is True
        _, listed = api(daemon, "GET", "/v1/machines")
        assert [one["name"] for one in listed["machines"]] == [name]
    finally:
        assert daemon.stop() == 0


def test_text_that_is_not_utf8_is_kept(serving: Daemon) -> None:
    boot(serving)
    reply = serving.request("POST", "/v1/events", body=json.dumps(
        {"mac": MAC, "event": "console", "text": "X"}).encode().replace(
            b"X", b"gr\xfc\xdf dich"))
    assert json.loads(reply.body) == {"taken": 1, "refused": 0}
    texts = [event["text"] for event in show(serving, "web01")["events"]]
    assert any("gr?? dich" in text for text in texts), texts


def test_loop_is_called_a_loop(serving: Daemon) -> None:
    for _ in range(4):
        boot(serving)
    assert "Looping?" in show(serving, "web01")["verdict"]


@pytest.mark.parametrize("body, status", [
    (b"", 200), (b"\n\n", 200), (b"x", 400), (b"{}", 400), (b"[]", 400),
    (b'{"event":1}', 400), (b'{"mac":"x","event":"a"}', 400),
    (b"\x00" * 1000, 400), (b"[" * 60000, 400), (b"x" * 70000, 413)])
def test_bad_events_are_refused(serving: Daemon, body: bytes,
                                status: int) -> None:
    assert serving.request("POST", "/v1/events", body=body).status == status
    assert serving.is_well()


# Sanitisers keep freed memory.
@pytest.mark.only("plain")
def test_flood_of_machines_keeps_memory_bounded(serving: Daemon) -> None:
    dice = random.Random(1)

    def flood(count: int) -> None:
        connection = serving.http()
        for _ in range(count):
            mac = f"02{dice.randrange(1 << 40):010x}"
            lines = "".join(json.dumps(
                {"mac": mac, "event": f"e{n}", "text": "x" * 240}) + "\n"
                for n in range(60))
            connection.request("POST", "/v1/events", lines.encode())
            assert connection.getresponse().read()
        connection.close()

    flood(3000)
    before = serving.memory_kib()
    flood(3000)
    assert serving.memory_kib() - before < 16 * 1024
    assert serving.is_well()


def test_metrics_are_bounded_and_count(serving: Daemon) -> None:
    for number in range(50):
        boot(serving, f"02:00:00:00:00:{number:02x}")
    text = serving.get("/metrics").body.decode()
    assert 'unloop_boots_total{intent="ordinary"} 50' in text
    assert "unloop_boots_unknown_total 50" in text
    assert "unloop_state_up 1" in text
    assert "02-00" not in text and "02:00" not in text
    names = [line for line in text.splitlines() if line[0] != "#"]
    assert len(names) == len({line.rsplit(" ", 1)[0] for line in names})


def test_stream_tells_changes(serving: Daemon) -> None:
    connection = UnixConnection(serving.state / "unloop.sock")
    connection.request("GET", "/v1/stream")
    reply = connection.getresponse()
    assert reply.getheader("Content-Type") == "text/event-stream"
    boot(serving)
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        line = reply.readline().decode()
        if line.startswith("data: "):
            assert json.loads(line[6:])["name"] == "web01"
            break
    else:
        pytest.fail("no news came")
    connection.close()


def test_tcp_needs_a_token(site: Site) -> None:
    fill(site)
    tcp = TlsApi()
    daemon = start(site, *tcp.arguments)
    try:
        status, page = tcp.get("/")
        assert status == 200
        assert b"@@@ NONCE @@@" not in page
        for path in ("/v1/machines", "/v1/stream", "/metrics", "/explain"):
            assert tcp.get(path)[0] == 401, path
        token = unloop(daemon, "token", "new", "ann").stdout.strip()
        assert tcp.get("/v1/machines", token)[0] == 200
        assert tcp.get("/v1/machines", token[:-1] + "0x")[0] == 401
        assert unloop(daemon, "token", "rm", "ann").returncode == 0
        assert tcp.get("/v1/machines", token)[0] == 401
    finally:
        assert daemon.stop() == 0


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_tcp_without_tls_is_refused(site: Site, address: str) -> None:
    fill(site)
    port = TlsApi().port
    with pytest.raises(RuntimeError, match="tokens in clear"):
        start(site, "--api", f"{address}:{port}")


def test_certificate_without_its_key_is_refused(site: Site) -> None:
    fill(site)
    tcp = TlsApi()
    with pytest.raises(RuntimeError, match="both a certificate and a key"):
        start(site, "--api", f"127.0.0.1:{tcp.port}", "--cert", str(tcp.cert))


def test_accepted_changes_survive_kill(site: Site) -> None:
    """kill -9 at any moment: what was answered is there afterwards."""
    fill(site)
    accepted: dict[str, str] = {}
    dice = random.Random(2)
    for round_ in range(KILLS):
        daemon = start(site)
        stop = threading.Event()

        def change(worker: int) -> None:
            number = 0
            while not stop.is_set():
                name = f"52-54-00-00-{worker:02x}-{number % 40:02x}"
                label = f"p{round_}-{number}"
                number += 1
                pending[name] = label
                try:
                    if put(daemon, name, "local", label=label) == 200:
                        accepted[name] = label
                        answered.append(name)
                        pending.pop(name, None)
                except (OSError, http.client.HTTPException, ValueError):
                    return

        pending: dict[str, str] = {}
        answered: list[str] = []
        threads = [threading.Thread(target=change, args=(n,))
                   for n in range(4)]
        for thread in threads:
            thread.start()
        # So many changes, however slow the machine is, then any moment.
        enough = dice.randint(10, 80)
        Daemon.wait_for(lambda: len(answered) >= enough)
        time.sleep(dice.uniform(0, 0.02))
        daemon.process.send_signal(signal.SIGKILL)
        daemon.process.wait(WAIT)
        stop.set()
        for thread in threads:
            thread.join(WAIT)
        assert daemon.process.stdout
        daemon.process.stdout.close()

        daemon = start(site)
        _, answer = api(daemon, "GET", "/v1/machines")
        found = {m["name"]: m.get("label") for m in answer["machines"]}
        for name, label in accepted.items():
            # What was never answered may have happened or not.
            assert found.get(name) in (label, pending.get(name, label)), (
                name, label)
        assert daemon.stop() == 0
        accepted.update({name: found[name] for name in accepted})
    assert len(accepted) > 40


def test_lost_database_means_the_safe_answer(site: Site) -> None:
    fill(site)
    daemon = start(site)
    assert put(daemon, "web01", "install", profile="debian12") == 200
    (daemon.state / "state.db").rename(daemon.state / "away.db")
    # Never the installer, of which nobody could say that it ran.
    before = time.monotonic()
    assert "exit" in boot(daemon)
    assert time.monotonic() - before < 3
    assert put(daemon, "web01", "local") in (503, 504)
    assert "unloop_state_up 0" in daemon.get("/metrics").body.decode()
    assert b"state is lost" in daemon.get("/healthz").body
    # It comes back by itself.
    (daemon.state / "away.db").rename(daemon.state / "state.db")
    end = time.monotonic() + WAIT
    while "vmlinuz" not in boot(daemon) and time.monotonic() < end:
        time.sleep(0.1)
    assert "vmlinuz" in boot(daemon)
    assert b"lost" not in daemon.get("/healthz").body
    assert daemon.stop() == 0


def test_configured_safe_answer_is_given(site: Site) -> None:
    fill(site)
    site.write("site.conf", "state-lost = wait\n")
    (site.state / "state.db").write_bytes(b"not a database at all" * 1000)
    daemon = start(site)
    reply = daemon.get(f"/boot.ipxe?mac={MAC}")
    assert reply.status == 503 and reply.headers["retry-after"]
    assert daemon.stop() == 0


def test_locked_database_does_not_hold_boots_up(site: Site) -> None:
    fill(site)
    site.write("site.conf", "state-wait-ms = 200\n")
    daemon = start(site)
    assert put(daemon, "web01", "install", profile="debian12") == 200
    other = sqlite3.connect(daemon.state / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = time.monotonic()
    for _ in range(20):
        assert "exit" in boot(daemon)
        assert "default" in boot(daemon, "52:54:00:00:00:01")
    assert time.monotonic() - before < 4
    other.execute("ROLLBACK")
    other.close()
    end = time.monotonic() + WAIT
    while "vmlinuz" not in boot(daemon) and time.monotonic() < end:
        time.sleep(0.1)
    assert "vmlinuz" in boot(daemon)
    assert daemon.stop() == 0


def test_command_explains_itself_and_its_failures(serving: Daemon) -> None:
    assert unloop(serving, "machine", "--help").returncode == 0
    assert unloop(serving, "machine").returncode == 2
    assert unloop(serving, "machine", "set", "web01").returncode == 2
    result = unloop(serving, "machine", "set", "web01", "install")
    assert result.returncode == 1 and "needs a profile" in result.stderr
    result = unloop(serving, "machine", "set", "-d", "soon", "web01", "local")
    assert result.returncode == 2 and "90s" in result.stderr
    result = subprocess.run(
        [str(UNLOOP), "machine", "-S", "/nonexistent", "ls"],
        capture_output=True, text=True, timeout=WAIT, check=False)
    assert result.returncode == 1 and "No resolver answers" in result.stderr
    listed = unloop(serving, "machine", "-j", "ls")
    assert json.loads(listed.stdout) == []


def kinds_of(daemon: Daemon, name: str) -> list[tuple[str, str, str]]:
    status, machine = api(daemon, "GET", f"/v1/machines/{name}")
    assert status == 200, machine
    return [(event["source"], event["kind"], event["text"])
            for event in machine["events"]]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_timeline_survives_a_restart(site: Site, signum: int) -> None:
    """Also one that nobody prepared for, but for its last two seconds."""
    fill(site)
    first = Daemon(site)
    boot(first)
    boot(first, "52:54:00:00:00:01")
    first.request("POST", "/v1/events", body=b'{"mac":"%s","boot":"0badcafe"}'
                  b'\n{"event":"boot","ms":9,"text":"vmlinuz"}\n'
                  % MAC.encode())
    before = kinds_of(first, "web01")
    assert ("firmware", "boot", "vmlinuz (boot 0badcafe, 9 ms)") in before
    if signum == signal.SIGKILL:
        database = sqlite3.connect(first.state / "state.db")
        Daemon.wait_for(lambda: database.execute(
            "SELECT count(*) FROM note WHERE text LIKE '%0badcafe%' OR "
            "machine = '52-54-00-00-00-01'").fetchone()[0] == 2)
        database.close()
    first.process.send_signal(signum)
    first.process.wait(WAIT)
    first.stop()
    second = Daemon(site)
    try:
        Daemon.wait_for(lambda: api(
            second, "GET", "/v1/machines/web01")[1].get("events"))
        assert kinds_of(second, "web01") == before
        Daemon.wait_for(lambda: api(
            second, "GET", "/v1/machines/52-54-00-00-00-01")[0] == 200)
        # The old events are the beginning of what goes on.
        boot(second)
        after = kinds_of(second, "web01")
        assert after[:2] == before[:2] and after[-1][1] == "answered"
    finally:
        second.stop()


def test_kept_timelines_are_bounded(site: Site) -> None:
    """A storm of strangers does not fill the disk."""
    fill(site)
    daemon = Daemon(site)
    try:
        for number in range(300):
            boot(daemon, f"52:54:01:00:{number >> 8:02x}:{number & 255:02x}")
        database = sqlite3.connect(daemon.state / "state.db")
        Daemon.wait_for(lambda: database.execute(
            "SELECT count(*) FROM note").fetchone()[0] == 300)
        # Many boots of one machine are one text of a bounded length.
        for number in range(400):
            daemon.request("POST", "/v1/events", body=b'{"mac":"%s"}\n'
                           b'{"event":"e%d","text":"%s"}\n'
                           % (MAC.encode(), number, b"x" * 200))
        Daemon.wait_for(lambda: "e399" in (database.execute(
            "SELECT text FROM note WHERE machine LIKE '%12-34-56' OR "
            "machine = 'web01'").fetchone() or [""])[0])
        size = database.execute("SELECT max(length(text)) FROM note")
        assert size.fetchone()[0] < 48 * 400
        database.close()
    finally:
        assert daemon.stop() == 0
