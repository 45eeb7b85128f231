"""Who answers in the platform's place, and what the platform itself may answer: portals,
interceptions, errors after the commit, lies. certkiosk-syncd says what it is, gives a stranger
nothing, waits as long as it is asked to, and in the end exactly those rows are at the platform."""
import os
import subprocess
import sys
import time

import room
from chaos import Proxy
from middle import FEED, Manner, Middle, Plain, Portal, Stranger

ROWS = 120
SAID_S = 20
STRUCK_S = 30
LATE_S = 2        # as Retry-After asks
LATE_SLACK_S = 0.05
HUGE = 100000     # seconds, as Retry-After
CEILING_S = 300   # LINE_RETRY_AFTER_MAX_S
PASSED_S = 60     # of that, at most, when it is looked at


def spoil_seal(text):
    at = text.index(b'"seal":"') + len(b'"seal":"')
    return text[:at] + (b"A" if text[at:at + 1] != b"A" else b"B") + text[at + 1:]


def spoil_seq(text):
    return text.replace(b'acked_seq\\":', b'acked_seq\\":1', 1)


def cut_short(text):
    return text[:len(text) // 2]


HTML = (("Content-Type", "text/html; charset=utf-8"),)

# And the word that certkiosk-syncd has for it; None: it need not have one.
MANNERS = (
    (Manner("500 after the commit, three times", status=500, body=b"", times=3), "error"),
    (Manner("502 with a page after the commit", status=502, body=Portal.PAGE, headers=HTML), None),
    (Manner("a portal's page with 200", asks=False, body=Portal.PAGE, headers=HTML), "portal"),
    (Manner("a portal's page with 200 in place of the feed", lane=FEED, asks=False, body=Portal.PAGE, headers=HTML),
     "portal"),
    (Manner("a redirection", asks=False, status=302, body=b"", headers=(("Location", "http://login.example/"),)),
     "portal"),
    (Manner("511, the network wants a login", asks=False, status=511, body=b""), "portal"),
    (Manner("a wrong seal", spoil=spoil_seal), "seal"),
    (Manner("a wrong seal on the feed", lane=FEED, spoil=spoil_seal), "seal"),
    (Manner("a number in the acknowledgement is another", spoil=spoil_seq), "seal"),
    (Manner("half an answer that calls itself whole", spoil=cut_short), "answer"),
    (Manner("an answer that ends too early", promise=100), "cut"),
    (Manner("an empty answer", body=b""), "answer"),
    (Manner("an answer without end", body=b" " * 3000000), "answer"),
    (Manner("204", status=204, body=b""), "answer"),
    (Manner("403", status=403, body=b""), "denied"),
    (Manner("what is no HTTP", junk=b"\x00\x01\x02 hello\r\n\r\n"), None),
    (Manner("a conflict that nobody can read", status=409, body=b"?"), "answer"),
    (Manner("the answer drips", drips=True), None),
    (Manner("the batch arrives twice", twice=True), None),
    (Manner("and once more after the next", replay=True), None),
)

PATIENCE = (
    Manner("503 asks to come later", asks=False, status=503, body=b"", headers=(("Retry-After", str(LATE_S)),)),
    Manner("429 asks to come later", asks=False, status=429, body=b"", headers=(("Retry-After", str(LATE_S)),)),
    Manner("503 asks the feed to come later", lane=FEED, asks=False, status=503, body=b"",
           headers=(("Retry-After", str(LATE_S)),)),
)


def behave(kiosk, middle, manner, word):
    middle.misbehave(manner)
    heard = set()
    kiosk.append(ROWS)
    kiosk.look()
    until = time.monotonic() + STRUCK_S
    while time.monotonic() < until and (not middle.struck.is_set() or (word and word not in heard)):
        heard.add(kiosk.status().get("line_why"))
        time.sleep(room.POLL_S)
    if not middle.struck.is_set():
        raise room.Failure(f"{manner.name}: did not come to pass")
    if word and word not in heard:
        raise room.Failure(f"{manner.name}: said {heard}, wanted {word}")
    kiosk.drained()


def wait_as_asked(kiosk, middle, manner):
    """No request of that lane comes before the time that was asked for."""
    seen = len(middle.asked)
    behave(kiosk, middle, manner, "busy")
    times = [(at, status) for at, lane, status in middle.asked[seen:] if lane == manner.lane]
    refused = next(i for i, (_, status) in enumerate(times) if status == manner.status)
    room.wait_for("the next request", lambda: len([1 for at, lane, _ in middle.asked[seen:] if lane == manner.lane])
                  > refused + 1)
    times = [at for at, lane, _ in middle.asked[seen:] if lane == manner.lane]
    waited = times[refused + 1] - times[refused]
    if waited < LATE_S - LATE_SLACK_S:
        raise room.Failure(f"{manner.name}: {LATE_S} s were asked for, {waited:.2f} s waited")
    return waited


def ceiling(kiosk, middle):
    """Who asks for a day gets minutes: so a mistake at the platform does not end a kiosk."""
    middle.misbehave(Manner("503 for a day", asks=False, status=503, body=b"", headers=(("Retry-After", str(HUGE)),)))
    kiosk.append(1)
    kiosk.look()
    told = room.wait_for("the daemon is asked to wait", lambda: kiosk.status().get("line_why") == "busy"
                         and int(kiosk.status()["line_next_ms"]))
    ahead_s = told / 1000 - time.time()
    if not CEILING_S - PASSED_S < ahead_s <= CEILING_S + 1:
        raise room.Failure(f"asked to wait {HUGE} s, the next try is in {ahead_s:.0f} s")


def meet(kiosk, proxy, platform, stranger, word, name):
    """Somebody else answers where the platform was; then the platform does again."""
    stored = platform.stored(kiosk.name)
    proxy.target = ("127.0.0.1", stranger.port)
    proxy.hang_up_all()
    kiosk.append(ROWS)
    kiosk.look()
    room.wait_for(f"{name}: the daemon says {word}", lambda: kiosk.status().get("line_why") == word, SAID_S)
    if kiosk.status().get("line") != "down" or platform.stored(kiosk.name) != stored:
        raise room.Failure(f"{name}: {kiosk.status()}")
    if isinstance(stranger, Stranger) and stranger.visits:
        raise room.Failure(f"{name}: a stranger was given {stranger.visits} requests")
    proxy.target = ("127.0.0.1", platform.port)
    proxy.hang_up_all()
    kiosk.drained()


def papers(build, folder):
    """Of another authority for the same name, and of nobody at all."""
    program = os.path.join(build, "bin", "certkiosk-gateway")
    other = os.path.join(folder, "other")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([program, "init", "--dir", other, "--profiles", room.PROFILES], cwd=room.ROOT, **quiet)
    own = os.path.join(folder, "portal")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", own + ".key", "-out",
                    own + ".crt", "-subj", "/CN=login.example", "-days", "2"], **quiet)
    return (os.path.join(other, "server.crt"), os.path.join(other, "server.key")), (own + ".crt", own + ".key")


def test(build, folder, processes):
    platform = room.Platform(build, folder)
    processes.append(platform)
    platform.start()
    kiosk = room.Kiosk(build, folder, platform, "hall-1")
    proxy = Proxy(("127.0.0.1", platform.port))
    processes.extend((kiosk, proxy))
    kiosk.append(ROWS)
    kiosk.start(f"https://127.0.0.1:{proxy.port}")
    kiosk.drained()

    intercepts, portal = papers(build, folder)
    strangers = (
        (Plain(), "portal", "a portal that speaks no TLS"),
        (Stranger(*portal), "tls", "a portal with a certificate of its own"),
        (Stranger(*intercepts), "tls", "an interception: another authority, the same name"),
    )
    for stranger, word, name in strangers:
        processes.append(stranger)
        meet(kiosk, proxy, platform, stranger, word, name)

    middle = Middle(platform, kiosk)
    processes.append(middle)
    proxy.target = ("127.0.0.1", middle.port)
    proxy.hang_up_all()
    for manner, word in MANNERS:
        behave(kiosk, middle, manner, word)
    waited = [wait_as_asked(kiosk, middle, manner) for manner in PATIENCE]
    room.check(kiosk)
    ceiling(kiosk, middle)
    room.end_well([kiosk, platform])
    return (f"{len(strangers)} strangers in the platform's place, {len(MANNERS)} manners of answering, "
            f"{len(PATIENCE)} requests to come after {LATE_S} s (waited {min(waited):.2f} s at least): "
            f"{kiosk.rows} rows, exactly those, in order, once")


if __name__ == "__main__":
    sys.exit(room.run("links_manners", test))
