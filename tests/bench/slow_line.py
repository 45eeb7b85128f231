"""slow_line.py PORT READY_FILE DELAY_S RATE - a line of its own to 127.0.0.1:PORT until it is ended.

Each side passes what it gets DELAY_S later, and RATE bytes a second at the most (0: any). The port to
connect to is written to READY_FILE.
"""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "links"))
from chaos import Fault, Proxy  # noqa: E402


def main():
    port, ready, delay_s, rate = sys.argv[1:]
    line = Proxy(("127.0.0.1", int(port)))
    line.lasting = Fault("slow", "slow", delay_s=float(delay_s), rate=int(rate))
    with open(ready + ".part", "w", encoding="ascii") as file:
        file.write(f"port={line.port}\n")
    os.rename(ready + ".part", ready)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
