"""room.py - one platform and its kiosks' daemons on this machine, and who compares what arrived.

Platform is certkiosk-gateway, Kiosk a ledger with its certkiosk-syncd; each is started, killed and
started again as a test likes. differences() says by SQLite's own words in what the platform's rows
are not the kiosk's: none missing, none changed, none twice, all in order.
"""
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROFILES = os.path.join(ROOT, "assets", "profiles")
WAIT_S = 120
POLL_S = 0.02
ANSWER_S = 2.0
BODY_BYTES = 300
LOG_END = 600  # bytes that are shown of a log when a test failed


class Failure(Exception):
    """What a test has to say when it ends badly."""


def wait_for(what, condition, seconds=WAIT_S, poll_s=POLL_S):
    """Until `condition` is true; what it said."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        said = condition()
        if said:
            return said
        time.sleep(poll_s)
    raise Failure(f"not within {seconds} s: {what}")


def scratch(name):
    """A folder in memory where there is one: a flush costs nothing there, and dying is the same."""
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return tempfile.mkdtemp(prefix=name + ".", dir=where)


def ask_database(path, sql, *values):
    """The first row, or None when there is none, or no such database or table yet."""
    try:
        with_db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=WAIT_S)
    except sqlite3.OperationalError:
        return None
    try:
        return with_db.execute(sql, values).fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        with_db.close()


class Process:
    """A program that is started with its output in a file, and ended by its id."""

    def __init__(self, log):
        self.log = log
        self.process = None

    def start(self, command, **more):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=ROOT, **more)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def end(self, how=signal.SIGTERM):
        if self.process is None:
            return
        self.process.send_signal(how)
        code = self.process.wait(30)
        self.process = None
        if how == signal.SIGTERM and code != 0:
            raise Failure(f"{os.path.basename(self.log)}: ended with {code}")


class Platform:
    """certkiosk-gateway with a folder of its own. `within` is put before its command: "ip netns
    exec NAME", to be somewhere else."""

    def __init__(self, build, folder, host="127.0.0.1", within=()):
        self.program = os.path.join(build, "bin", "certkiosk-gateway")
        self.folder = os.path.join(folder, "platform")
        self.host, self.within, self.port = host, list(within), 0
        self.database = os.path.join(self.folder, "gateway.db")
        self.serving = Process(os.path.join(folder, "gateway.log"))
        self.command("init", "--profiles", PROFILES, "--host", host)

    def command(self, name, *options):
        subprocess.run([self.program, name, "--dir", self.folder, *options], check=True, cwd=ROOT,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        ready = os.path.join(self.folder, "ready")
        if os.path.exists(ready):
            os.unlink(ready)
        self.serving.start([*self.within, self.program, "serve", "--dir", self.folder, "--profiles", PROFILES,
                            "--host", self.host, "--kiosk-port", str(self.port)])
        wait_for("the gateway is ready", lambda: os.path.exists(ready) and os.path.getsize(ready) > 0)
        with open(ready, encoding="utf-8") as text:
            self.port = int(text.readline().rsplit(":", 1)[1])

    def stored(self, kiosk):
        """The highest seq that is stored of the kiosk."""
        row = ask_database(self.database, "SELECT max(seq) FROM journal WHERE kiosk = ?", kiosk)
        return (row and row[0]) or 0

    def end(self, how=signal.SIGTERM):
        self.serving.end(how)


class Kiosk:
    """A kiosk's ledger, filled by the hand that the other tests use, and its daemon."""

    def __init__(self, build, folder, platform, name, epoch=1):
        self.name, self.platform, self.epoch, self.within = name, platform, epoch, []
        self.folder = os.path.join(folder, name)
        self.papers = os.path.join(self.folder, "papers")
        self.state = os.path.join(self.folder, "state")
        self.hand = os.path.join(build, "tests", "journal_hand")
        self.program = os.path.join(build, "bin", "certkiosk-syncd")
        self.journal = os.path.join(self.state, "kiosk", "journal.db")
        self.inbox = os.path.join(self.state, "sync", "inbox.db")
        self.socket = os.path.join(self.state, "sync", "syncd.sock")
        self.daemon = Process(os.path.join(folder, name + ".log"))
        self.rows = 0
        os.makedirs(os.path.dirname(self.journal))
        os.makedirs(self.papers)
        self.device = os.path.join(self.papers, "device.key")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.device], check=True)
        subprocess.run([os.path.join(ROOT, "tests/lib/papers.sh"), platform.program, platform.folder, name,
                        self.papers], check=True, cwd=ROOT)

    def append(self, count):
        subprocess.run([self.hand, "append", self.journal, str(self.epoch), str(count), str(BODY_BYTES)],
                       check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "DEVICE_KEY": self.device, "KIOSK": self.name})
        self.rows += count

    def start(self, url):
        """`url` is where it believes the platform to be."""
        conf = os.path.join(self.folder, "syncd.conf")
        with open(conf, "w", encoding="utf-8") as text:
            text.write(f"[ledger]\ndir = {self.state}\n[platform]\nurl = {url}\n"
                       f"ca = {self.papers}/platform-tls.crt\nkeys = {self.papers}/platform.keys\n"
                       f"[kiosk]\nid = {self.name}\nkey = {self.papers}/kiosk.key\n"
                       f"certificate = {self.papers}/kiosk.crt\n")
        self.daemon.start([*self.within, self.program, "--config", conf])

    def end(self, how=signal.SIGTERM):
        self.daemon.end(how)

    def acknowledged(self):
        row = ask_database(self.inbox, "SELECT acked_seq FROM state")
        return row[0] if row else 0

    def drained(self, seconds=WAIT_S):
        wait_for(f"{self.name} has all {self.rows} rows acknowledged",
                 lambda: self.acknowledged() == self.rows or not self.daemon.alive(), seconds)
        if self.acknowledged() != self.rows:
            raise Failure(f"{self.name}: its daemon has ended")

    def _ask(self, text, answer):
        own = os.path.join(self.folder, f"ask{random.getrandbits(32)}.sock")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asker:
            asker.bind(own)
            asker.settimeout(ANSWER_S)
            try:
                asker.sendto(text, self.socket)
                return asker.recv(8192).decode() if answer else ""
            except OSError:
                return ""
            finally:
                os.unlink(own)

    def look(self):
        """What certkiosk says when it has appended."""
        self._ask(b"look", False)

    def status(self):
        """What certkiosk-syncd says of itself, as a dictionary; empty when it does not answer."""
        return dict(line.split("=", 1) for line in self._ask(b"status?", True).splitlines() if "=" in line)


COLUMNS = "txid, visit, kind, body, prev, hash"
DIFFERENCES = (
    ("missing", "SELECT count(*) FROM k.journal j WHERE NOT EXISTS (SELECT 1 FROM here g WHERE g.seq = j.seq)"),
    ("too many", "SELECT count(*) FROM here g WHERE NOT EXISTS (SELECT 1 FROM k.journal j WHERE j.seq = g.seq)"),
    ("twice", "SELECT count(*) - count(DISTINCT seq) FROM here"),
    ("of one txid", "SELECT count(*) - count(DISTINCT txid) FROM here"),
    ("changed", f"SELECT count(*) FROM here g JOIN k.journal j USING (seq) WHERE g.at_ms <> j.at OR "
                + " OR ".join(f"g.{c} IS NOT j.{c}" for c in COLUMNS.split(", "))),
    ("out of order", "SELECT count(*) FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY id) AS before FROM here)"
                     " WHERE seq <> before + 1"),
)


def differences(journal, database, kiosk):
    """How the rows of `kiosk` in the platform's `database` differ from those in its `journal`: a
    dictionary of words and counts, empty when they are exactly those rows, in order, once."""
    with_db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        with_db.execute("ATTACH ? AS k", (f"file:{journal}?mode=ro",))
        with_db.execute("CREATE TEMP TABLE here AS SELECT * FROM journal WHERE kiosk = ? ORDER BY id", (kiosk,))
        with_db.execute("CREATE INDEX temp.here_seq ON here(seq)")
        found = {word: with_db.execute(sql).fetchone()[0] for word, sql in DIFFERENCES}
    finally:
        with_db.close()
    return {word: count for word, count in found.items() if count}


def check(kiosk):
    """Fails unless all that the kiosk wrote is at the platform, in order, once, to the byte."""
    found = differences(kiosk.journal, kiosk.platform.database, kiosk.name)
    stored = kiosk.platform.stored(kiosk.name)
    if found or stored != kiosk.rows:
        raise Failure(f"{kiosk.name}: {stored} of {kiosk.rows} rows at the platform, {found}")


def end_well(processes):
    """Each program ends when it is asked to, and has nothing to complain of."""
    for process in processes:
        process.end(signal.SIGTERM)


def run(name, test):
    """Run `test(build, folder)` with the build folder of the command line; it returns the line that
    is printed when all is well: what was tried."""
    build, folder = os.path.abspath(sys.argv[1]), scratch(name)
    processes = []
    well = False
    try:
        print(f"points: {test(build, folder, processes)}", flush=True)
        well = True
    except Failure as failure:
        print(f"FAILED: {failure}", flush=True)
    finally:
        for process in processes:
            process.end(signal.SIGKILL)
        if not well:
            for file in sorted(os.listdir(folder)):
                if file.endswith(".log"):
                    print(f"--- the end of {file}")
                    with open(os.path.join(folder, file), "rb") as log:
                        print(log.read()[-LOG_END:].decode(errors="replace"))
        subprocess.run(["rm", "-rf", folder], check=False)
    return 0 if well else 1
