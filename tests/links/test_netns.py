"""A kiosk and a platform in network namespaces of their own, and the kernel's own troubles on the
wire between them: a fifth of the packets lost, 64 kbit/s, a black hole, a cable that is pulled.

Exit status 77 where namespaces or packet filters cannot be had."""
import os
import subprocess
import sys
import time

import room

KIOSK_IP, PLATFORM_IP = "10.77.0.1", "10.77.0.2"
ROWS = 300
GONE_S = 3
NEEDED = ("ip", "nft", "tc")
SKIPPED = 77


class Wire:
    """Two namespaces and a pair of virtual cards between them."""

    def __init__(self):
        self.kiosk, self.platform = f"linksk{os.getpid()}", f"linksp{os.getpid()}"
        self.made = []

    def ip(self, *words):
        return self.do("ip", *words)

    def inside(self, name):
        return ["ip", "netns", "exec", name]

    def do(self, *words):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")

    def lay(self):
        for name in (self.kiosk, self.platform):
            self.ip("netns", "add", name)
            self.made.append(name)
        self.ip("link", "add", "wire", "netns", self.kiosk, "type", "veth", "peer", "name", "wire", "netns",
                self.platform)
        for name, address in ((self.kiosk, KIOSK_IP), (self.platform, PLATFORM_IP)):
            self.ip("-n", name, "address", "add", address + "/24", "dev", "wire")
            for device in ("lo", "wire"):
                self.ip("-n", name, "link", "set", device, "up")

    def drop(self, hundredths):
        """So many of a hundred packets that arrive, at either end."""
        for name in self.made:
            self.do(*self.inside(name), "nft", "add", "table", "inet", "links")
            self.do(*self.inside(name), "nft", "add", "chain", "inet", "links", "in",
                    "{ type filter hook input priority 0; }")
            self.do(*self.inside(name), "nft", "add", "rule", "inet", "links", "in", "iifname", "wire", "numgen",
                    "random", "mod", "100", "<=", str(hundredths - 1), "drop")

    def drop_no_more(self):
        for name in self.made:
            self.do(*self.inside(name), "nft", "delete", "table", "inet", "links")

    def narrow(self):
        for name in self.made:
            self.do("tc", "-n", name, "qdisc", "add", "dev", "wire", "root", "tbf", "rate", "64kbit", "burst", "3000",
                    "latency", "800ms")

    def widen(self):
        for name in self.made:
            self.do("tc", "-n", name, "qdisc", "del", "dev", "wire", "root")

    def pull(self):
        self.ip("-n", self.kiosk, "link", "set", "wire", "down")

    def plug(self):
        self.ip("-n", self.kiosk, "link", "set", "wire", "up")

    def end(self, _how=None):
        for name in self.made:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def lost(wire, kiosk):
    wire.drop(20)
    kiosk.append(ROWS)
    kiosk.look()
    kiosk.drained()
    wire.drop_no_more()


def narrow(wire, kiosk):
    wire.narrow()
    kiosk.append(ROWS)
    kiosk.look()
    kiosk.drained()
    wire.widen()


def black_hole(wire, kiosk):
    wire.drop(100)
    kiosk.append(ROWS)
    kiosk.look()
    room.wait_for("the dead line is noticed", lambda: kiosk.status().get("line") == "down", 30)
    wire.drop_no_more()
    kiosk.drained()


def pulled(wire, kiosk):
    kiosk.append(ROWS)
    kiosk.look()
    wire.pull()
    time.sleep(GONE_S)
    wire.plug()
    kiosk.drained()


TROUBLES = (
    ("a fifth of the packets is lost, each way", lost),
    ("64 kbit/s", narrow),
    ("a black hole", black_hole),
    ("the cable is pulled for some seconds", pulled),
)


def can_have():
    """Why there can be no such wire here; None: there can."""
    missing = [name for name in NEEDED if subprocess.run(["which", name], capture_output=True, check=False).returncode]
    if missing:
        return f"no {' '.join(missing)}"
    trial = Wire()
    try:
        trial.lay()
        trial.drop(1)
        trial.narrow()
        return None
    except OSError as refused:
        return str(refused)
    finally:
        trial.end()


def test(build, folder, processes):
    wire = Wire()
    wire.lay()
    platform = room.Platform(build, folder, PLATFORM_IP, wire.inside(wire.platform))
    kiosk = room.Kiosk(build, folder, platform, "hall-1")
    kiosk.within = wire.inside(wire.kiosk)
    processes.extend((platform, kiosk, wire))
    platform.start()
    kiosk.append(ROWS)
    kiosk.start(f"https://{PLATFORM_IP}:{platform.port}")
    kiosk.drained()
    for sentence, suffer in TROUBLES:
        try:
            suffer(wire, kiosk)
        except room.Failure as failure:
            raise room.Failure(f"{sentence}: {failure}; {kiosk.status()}") from failure
    room.check(kiosk)
    room.end_well([kiosk, platform])
    return f"{len(TROUBLES)} troubles of a wire between namespaces: {kiosk.rows} rows, exactly those, in order, once"


if __name__ == "__main__":
    refused = can_have()
    if refused:
        print(f"skipped: {refused}")
        sys.exit(SKIPPED)
    sys.exit(room.run("links_netns", test))
