"""The one who compares, compared: each harm that a line or a platform could do to the rows is
noticed, and named. Without this the other proofs of this folder would prove nothing."""
import os
import sqlite3
import sys

import room

KIOSK = "hall-1"
ROWS = 60

# A name for the harm, what does it, and the words that must be among what is found.
HARMS = (
    ("a row is missing", "DELETE FROM journal WHERE seq = 30", {"missing", "out of order"}),
    ("the last row is missing", "DELETE FROM journal WHERE seq = 60", {"missing"}),
    ("a row stands twice", "INSERT INTO journal SELECT 900, kiosk, epoch, seq, txid, at_ms, visit, kind, body, prev,"
     " hash, rejected, received_ms FROM journal WHERE seq = 9", {"twice", "of one txid", "out of order"}),
    ("a row was applied again under another txid", "INSERT INTO journal SELECT 900, kiosk, epoch, 61, 'other', at_ms,"
     " visit, kind, body, prev, hash, rejected, received_ms FROM journal WHERE seq = 60", {"too many"}),
    ("two rows came in each other's place", "UPDATE journal SET id = CASE id WHEN 20 THEN -1 ELSE 20 END WHERE id IN"
     " (20, 21); UPDATE journal SET id = 21 WHERE id = -1", {"out of order"}),
    ("two rows have each other's bodies", "UPDATE journal SET body = (SELECT b.body FROM journal b WHERE b.seq ="
     " CASE journal.seq WHEN 40 THEN 41 ELSE 40 END) WHERE seq IN (40, 41)", {"changed"}),
    ("one byte of a body is another", "UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), 'name', 'nane') AS"
     " BLOB) WHERE seq = 5", {"changed"}),
    ("a time is another", "UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 60", {"changed"}),
    ("a hash is another", "UPDATE journal SET hash = zeroblob(32) WHERE seq = 1", {"changed"}),
)

# The platform's table without what forbids such harm there.
OPEN = """CREATE TABLE plain(id INTEGER PRIMARY KEY, kiosk, epoch, seq, txid, at_ms, visit, kind, body, prev, hash,
  rejected, received_ms);
INSERT INTO plain SELECT id, kiosk, epoch, seq, txid, at_ms, visit, kind, body, prev, hash, rejected, received_ms
  FROM main.journal;"""


def harmed(database, path, harm):
    """A copy of the database in which the harm was done."""
    if os.path.exists(path):
        os.unlink(path)
    with_db = sqlite3.connect(path)
    with_db.execute("ATTACH ? AS whole", (database,))
    with_db.executescript(OPEN.replace("main.journal", "whole.journal"))
    with_db.execute("DETACH whole")
    with_db.executescript("ALTER TABLE plain RENAME TO journal;" + harm)
    with_db.close()
    return path


def test(build, folder, processes):
    platform = room.Platform(build, folder)
    processes.append(platform)
    platform.start()
    kiosk = room.Kiosk(build, folder, platform, KIOSK)
    processes.append(kiosk)
    kiosk.append(ROWS)
    kiosk.start(f"https://127.0.0.1:{platform.port}")
    kiosk.drained()
    room.check(kiosk)
    platform.end()
    copy = os.path.join(folder, "harmed.db")
    found = room.differences(kiosk.journal, harmed(platform.database, copy, ""), KIOSK)
    if found:
        raise room.Failure(f"a copy that nobody harmed: {found}")
    for sentence, harm, words in HARMS:
        found = room.differences(kiosk.journal, harmed(platform.database, copy, harm), KIOSK)
        if not words <= set(found):
            raise room.Failure(f"{sentence}: found {found}, wanted {words}")
    return f"{len(HARMS)} harms to {ROWS} rows, each noticed"


if __name__ == "__main__":
    sys.exit(room.run("links_checker", test))
