#!/usr/bin/env python3
"""Recompute the chain of `certkioskctl ledger export` by what its --help says, and nothing of ours.

usage: chain.py <EXPORT: prints the number of entries and the hash of the last; says what
does not fit, with exit status 1. Lines follow each other; an export that begins later is taken at its word.
"""
import hashlib
import json
import sys

FIELDS = ("epoch", "seq", "txid", "at_ms", "visit", "kind", "prev")
count, last = 0, None
for line in sys.stdin.buffer:
    row = json.loads(line.decode("utf-8", "strict"))
    body = bytes.fromhex(row["body_hex"]) if row["body"] is None else row["body"].encode()
    head = "\n".join(["certkiosk-journal-1"] + [str(row[name]) for name in FIELDS]) + "\n"
    seq, before = (last["seq"] + 1, last["hash"]) if last else (row["seq"], row["prev"])
    if row["seq"] == 1:
        before = "0" * 64
    if row["seq"] != seq or row["prev"] != before:
        sys.exit("entry %s does not follow the one before" % row["seq"])
    if hashlib.sha256(head.encode() + body).hexdigest() != row["hash"]:
        sys.exit("entry %s has another hash than its fields" % row["seq"])
    count, last = count + 1, row
print(count, last["hash"] if last else "")
