"""chaos.py - a line that can be told to misbehave: TCP from anywhere to a platform, by TLS records.

    proxy = Proxy(("127.0.0.1", port)); proxy.port     what to connect to
    proxy.arm(Fault(...)); proxy.struck.wait()         once, on the connection that it fits
    proxy.lasting = Fault(...)                         until it is None: delay, rate

A request with a record of UPLOAD_BYTES or more is an upload: so the journal's are told from the feed's
although both are encrypted. What the platform says after it is the answer.
"""
import dataclasses
import queue
import socket
import struct
import threading
import time

UP, DOWN = "up", "down"
HEADER = 5
TLS_TYPES = range(20, 24)
UPLOAD_BYTES = 1200
CHUNK = 65536
HELD_S = 1.0    # an answer is held back so long to see whether it tells any news
STALL_S = 1.0   # nothing moves any more; then the line is hung up
SLICE_S = 0.02  # of a line with a limited rate


@dataclasses.dataclass
class Fault:
    name: str
    act: str             # flip, cut, stall, lose; or slow (lasting)
    side: str = DOWN     # whose bytes
    record: int = -1     # flip, stall: the connection's record of that number on that side; -1: of an upload
    byte: int = 0        # flip: in the record, header first; below 0 from its end
    bit: int = 0
    after: int = 0       # cut: so many bytes of the answer are let through
    rst: bool = True     # cut: by RST, not FIN
    for_good: bool = False  # stall: until the kiosk itself gives up
    delay_s: float = 0   # slow
    rate: int = 0        # slow: bytes per second on each side; 0: any


class Records:
    """Cuts a stream of bytes where TLS records end."""

    def __init__(self):
        self.rest = b""

    def take(self, data):
        self.rest += data
        if self.rest[0] not in TLS_TYPES:
            record, self.rest = self.rest, b""
            yield record  # no TLS: as it comes
        while len(self.rest) >= HEADER:
            end = HEADER + int.from_bytes(self.rest[3:5], "big")
            if len(self.rest) < end:
                return
            record, self.rest = self.rest[:end], self.rest[end:]
            yield record


class Connection:
    """One kiosk's connection and ours to the platform, with threads for each side."""

    def __init__(self, proxy, kiosk):
        self.proxy, self.kiosk = proxy, kiosk
        self.platform = socket.create_connection(proxy.target, 10)
        for one in (self.kiosk, self.platform):
            one.settimeout(None)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.uploads = False
        self.count = {UP: 0, DOWN: 0}
        self.answered = False  # the last request, so far as records tell
        self.sinking = False  # nothing is passed any more
        for side, source, sink in ((UP, self.kiosk, self.platform), (DOWN, self.platform, self.kiosk)):
            late = queue.SimpleQueue()
            threading.Thread(target=self.pump, args=(side, source, sink, late), daemon=True).start()
            threading.Thread(target=self.trickle, args=(sink, late), daemon=True).start()

    def hang_up(self, rst):
        self.sinking = True
        for one in (self.kiosk, self.platform):
            try:
                if rst:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RDWR) if not rst else one.close()
            except OSError:
                pass

    def pump(self, side, source, sink, late):
        records = Records()
        try:
            while data := source.recv(CHUNK):
                for record in records.take(data):
                    if not self.sinking:
                        self.carry(side, record, sink, late)
        except OSError:
            pass
        late.put(None)
        self.hang_up(False)
        for one in (self.kiosk, self.platform) if side == UP else ():
            one.close()
        self.proxy.forget(self)

    def carry(self, side, record, sink, late):
        number = self.count[side]
        self.count[side] += 1
        if side == UP and self.answered:
            self.uploads, self.answered = False, False  # another request
        if side == UP and len(record) >= UPLOAD_BYTES:
            self.uploads = True
        fault = self.proxy.fault_for(self, side, number)
        slow = self.proxy.lasting
        if fault is None and slow is not None:
            late.put((time.monotonic() + slow.delay_s, slow, record))
        elif fault is None:
            sink.sendall(record)
        else:
            self.strike(fault, record, sink)
        if side == DOWN:
            self.answered = True

    def trickle(self, sink, late):
        """What comes late or slowly: each record as much later as any other, the line never wider."""
        try:
            while waiting := late.get():
                due, slow, record = waiting
                time.sleep(max(0, due - time.monotonic()))
                step = max(1, int(slow.rate * SLICE_S)) if slow.rate else len(record)
                for at in range(0, len(record), step):
                    sink.sendall(record[at:at + step])
                    if slow.rate:
                        time.sleep(len(record[at:at + step]) / slow.rate)
        except OSError:
            pass

    def news(self):
        """Whether the answer that is held back tells of a commit; that of a repeat does not."""
        until = time.monotonic() + HELD_S
        while not (seen := self.proxy.look()) and time.monotonic() < until:
            time.sleep(SLICE_S)
        return seen

    def strike(self, fault, record, sink):
        if fault.act == "flip":
            byte = min(fault.byte, len(record) - 1) if fault.byte >= 0 else len(record) + fault.byte
            changed = bytearray(record)
            changed[byte] ^= 1 << fault.bit
            sink.sendall(changed)
            threading.Timer(STALL_S, self.hang_up, (False,)).start()
        elif fault.act == "cut":
            sink.sendall(record[:fault.after])
            self.hang_up(fault.rst)
        elif fault.act == "lose":
            if not self.news():
                self.proxy.rearm(fault)
                sink.sendall(record)
                return
            self.proxy.lost += 1
            self.hang_up(fault.rst)
        elif fault.act == "stall":
            self.sinking = True
            if not fault.for_good:
                threading.Timer(STALL_S, self.hang_up, (False,)).start()
        self.proxy.struck.set()


class Proxy:
    def __init__(self, target, host="127.0.0.1"):
        self.target = target
        self.lasting = None
        self.struck = threading.Event()
        self.look = lambda: True  # whether the platform has committed what the kiosk does not know
        self.lost = 0             # answers that would have told of it
        self.connections = set()
        self.lock = threading.Lock()
        self._fault = None
        self.listener = socket.create_server((host, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                kiosk, _ = self.listener.accept()
            except OSError:
                return
            try:
                connection = Connection(self, kiosk)
            except OSError:
                kiosk.close()
                continue
            with self.lock:
                self.connections.add(connection)

    def forget(self, connection):
        with self.lock:
            self.connections.discard(connection)

    def arm(self, fault):
        self.struck.clear()
        with self.lock:
            self._fault = fault

    def rearm(self, fault):
        with self.lock:
            self._fault = fault

    def hang_up_all(self):
        """So that what begins with a handshake begins with one."""
        with self.lock:
            connections = list(self.connections)
        for connection in connections:
            connection.hang_up(True)

    def fault_for(self, connection, side, number):
        """The fault that strikes this record; it strikes nothing else."""
        with self.lock:
            fault = self._fault
            if fault is None or fault.side != side:
                return None
            if fault.record >= 0 and fault.record != number:
                return None
            if fault.record < 0 and not connection.uploads:
                return None
            self._fault = None
            return fault

    def end(self, _how=None):
        self.listener.close()
        self.hang_up_all()
