"""50,000 rows drain while the platform is killed 50 times and the kiosk's daemon 50 times, at random
moments under way: in the end the platform has exactly those rows, in order, once.

test_kills.py BUILD [ROWS KILLS]; the seed is printed, and taken from LINKS_SEED when it is set."""
import os
import random
import signal
import sys
import time

import room

ROWS, KILLS = 50000, 50
POLL_S = 0.005
STRIKE_MS = 30  # a kill comes within so long after the first row arrived
REST = 0.85     # of the rows at most are let through before the last kill


def strike(platform, kiosk, chance, limit):
    """Wait until more rows have arrived, and a moment; False when `limit` rows have."""
    before = platform.stored(kiosk.name)
    if before >= limit:
        return False
    room.wait_for("rows go on arriving", lambda: platform.stored(kiosk.name) > before or not kiosk.daemon.alive(),
                  poll_s=POLL_S)
    time.sleep(chance.random() * STRIKE_MS / 1000)
    return True


def test(build, folder, processes):
    rows, kills = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else (ROWS, KILLS)
    seed = int(os.environ.get("LINKS_SEED") or random.SystemRandom().randrange(1 << 31))
    chance = random.Random(seed)
    print(f"seed {seed}", flush=True)
    platform = room.Platform(build, folder)
    processes.append(platform)
    platform.start()
    url = f"https://127.0.0.1:{platform.port}"
    kiosk = room.Kiosk(build, folder, platform, "hall-1")
    processes.append(kiosk)
    kiosk.append(rows)
    kiosk.start(url)
    done = {"platform": 0, "kiosk": 0}
    cut = 0  # kills after which the platform had more than the kiosk knew
    for victim in ["platform", "kiosk"] * kills:
        if not strike(platform, kiosk, chance, rows * REST):
            kiosk.append(rows // 10)
            rows += rows // 10
            kiosk.look()
        if victim == "platform":
            platform.end(signal.SIGKILL)
            cut += platform.stored(kiosk.name) > kiosk.acknowledged()
            platform.start()
        else:
            kiosk.end(signal.SIGKILL)
            cut += platform.stored(kiosk.name) > kiosk.acknowledged()
            kiosk.start(url)
        done[victim] += 1
    kiosk.drained()
    room.check(kiosk)
    room.end_well([kiosk, platform])
    if cut == 0:
        raise room.Failure("no kill came between a commit and its acknowledgement: nothing was proven")
    return (f"{rows} rows, the platform killed {done['platform']} times, the kiosk's daemon {done['kiosk']} times; "
            f"{cut} of the kills came between a commit and its acknowledgement: exactly those rows, in order, once")


if __name__ == "__main__":
    sys.exit(room.run("links_kills", test))
