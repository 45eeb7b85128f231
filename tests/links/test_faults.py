"""Each trouble that a line can make, under a queue that drains: in the end the platform has exactly
those rows, in order, once. Several kiosks share the troubles, so that one waits while others work.

test_faults.py BUILD [EACH]: with EACH above 1 only each so-manieth trouble of the sweep."""
import sys
import threading

import room
from chaos import DOWN, UP, Fault, Proxy

KIOSKS = 16
ROWS = 120         # appended for each trouble
STRUCK_S = 30
LASTING_ROWS = 400

# How much of the answer to an upload comes through before the line is cut.
AFTER = (0, 1, 4, 5, 6, 100)
# Where in a record a bit is changed: type, version, length, first and some later byte, last of the tag.
BYTES = (0, 1, 3, 4, 5, 40, -1)
# Which record: of the handshake by number, -1 of an upload (or its answer).
RECORDS = {UP: (0, 1, 2, 3, -1), DOWN: (0, 1, 2, 3, -1)}


def sweep():
    for rst in (True, False):
        how = "RST" if rst else "FIN"
        for after in AFTER:
            yield Fault(f"the answer is cut by {how} after {after} bytes", "cut", after=after, rst=rst)
        yield Fault(f"the answer is lost after the commit, {how}", "lose", rst=rst)
        yield Fault(f"the upload is cut by {how}", "cut", side=UP, after=700, rst=rst)
    yield Fault("the answer never comes, and nobody hangs up", "stall", for_good=True)
    yield Fault("the answer never comes", "stall")
    yield Fault("the upload never arrives", "stall", side=UP)
    yield Fault("the platform's hello never comes", "stall", record=0)
    for side, records in RECORDS.items():
        for record in records:
            for byte in BYTES:
                where = f"record {record}" if record >= 0 else "the upload" if side == UP else "the answer"
                yield Fault(f"a bit of byte {byte} of {where} is changed on its way {side}", "flip", side, record, byte,
                            bit=7 if byte == 3 else 0)


LASTING = (
    Fault("everything comes 0.1 s late", "slow", delay_s=0.1),
    Fault("everything comes 1 s late", "slow", delay_s=1.0),
    Fault("everything comes 2.5 s late, 5 s a round trip", "slow", delay_s=2.5),
    Fault("64 kbit/s", "slow", rate=8000),
)


def suffer(kiosk, proxy, fault):
    """One trouble under a queue, until all of the queue is acknowledged."""
    proxy.arm(fault)
    if fault.record >= 0:
        proxy.hang_up_all()
    kiosk.append(ROWS)
    kiosk.look()
    if not proxy.struck.wait(STRUCK_S):
        raise room.Failure(f"{fault.name}: did not come to pass")
    kiosk.drained()


def suffer_all(kiosk, proxy, faults, said):
    try:
        for fault in faults:
            suffer(kiosk, proxy, fault)
    except room.Failure as failure:
        said.append(f"{kiosk.name}: {fault.name}: {failure}; {kiosk.status()}")


def endure(kiosk, proxy, fault, said):
    """A lasting trouble while a queue drains through it from the first handshake on."""
    try:
        proxy.lasting = fault
        proxy.hang_up_all()
        kiosk.append(LASTING_ROWS)
        kiosk.look()
        kiosk.drained()
        proxy.lasting = None
    except room.Failure as failure:
        said.append(f"{fault.name}: {failure}; {kiosk.status()}")


def side_by_side(work):
    said = []
    threads = [threading.Thread(target=do, args=(*given, said)) for do, *given in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if said:
        raise room.Failure("\n".join(said))


def test(build, folder, processes):
    each = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    platform = room.Platform(build, folder)
    processes.append(platform)
    platform.start()
    pairs = []
    for number in range(KIOSKS):
        kiosk = room.Kiosk(build, folder, platform, f"hall-{number}", epoch=number + 1)
        proxy = Proxy(("127.0.0.1", platform.port))
        processes.extend((kiosk, proxy))
        proxy.look = lambda kiosk=kiosk: platform.stored(kiosk.name) > kiosk.acknowledged()
        kiosk.append(ROWS)
        kiosk.start(f"https://127.0.0.1:{proxy.port}")
        pairs.append((kiosk, proxy))
    for kiosk, _ in pairs:
        kiosk.drained()
    faults = list(sweep())[::each]
    lasting, passing = pairs[:len(LASTING)], pairs[len(LASTING):]
    side_by_side([(endure, *pair, fault) for pair, fault in zip(lasting, LASTING)]
                 + [(suffer_all, *pair, faults[number::len(passing)]) for number, pair in enumerate(passing)])
    for kiosk, _ in pairs:
        room.check(kiosk)
    lost = sum(proxy.lost for _, proxy in pairs)
    room.end_well([kiosk for kiosk, _ in pairs] + [platform])
    rows = sum(kiosk.rows for kiosk, _ in pairs)
    return (f"{len(faults)} troubles of a line, each under a queue, and {len(LASTING)} that last; {lost} answers lost after the "
            f"commit: {rows} rows, exactly those, in order, once")


if __name__ == "__main__":
    sys.exit(room.run("links_faults", test))
