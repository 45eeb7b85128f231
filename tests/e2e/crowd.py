#!/usr/bin/python3
"""Clients that are slow, or never finish what they begin.

crowd.py KIND COUNT PORT CA [KEY CERTIFICATE [PATH]]: open so many connections, from ten addresses in turn, say
"ready", and then one byte on each of them every 200 ms until the input ends; then say how many
are still there. KIND is what they have begun:
  silent   nothing
  hello    a TLS handshake
  head     a request, after a whole handshake
  body     the body of a POST
  whole    a whole request, answered; then nothing more
  upload   a POST of the standard input, a tenth at a time; says the status of the answer
"""
import select
import socket
import ssl
import sys
import time

ADDRESSES = 10
DRIP_S = 0.2
PIECES = 10
OPEN_TIMEOUT_S = 10

kind, count, port, ca = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
pair = sys.argv[5:7]
path = sys.argv[7] if len(sys.argv) > 7 else "/p/00000000000000000000000000000000"


def tls(plain):
    context = ssl.create_default_context(cafile=ca)
    if pair:
        context.load_cert_chain(pair[1], pair[0])
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def begin(number):
    address = "127.0.0.%d" % (1 + number % ADDRESSES)
    plain = socket.create_connection(("127.0.0.1", port), OPEN_TIMEOUT_S, (address, 0))
    if kind == "hello":
        plain.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    if kind in ("silent", "hello"):
        return plain
    connection = tls(plain)
    first = "POST %s HTTP/1.1\r\nHost: x\r\n" % path
    if kind == "head":
        connection.sendall((first + "X-Slow: ").encode())
    elif kind == "body":
        connection.sendall((first + "Content-Length: 1000\r\n\r\n").encode())
    else:
        connection.sendall(("GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path).encode())
        connection.recv(65536)
    return connection


def drip(connections):
    """One byte on each; who was cut off is forgotten."""
    left = []
    for connection in connections:
        try:
            connection.settimeout(0)
            if kind not in ("silent", "whole"):
                connection.send(b"x")
            elif select.select([connection], [], [], 0)[0] and not connection.recv(1):
                continue
            left.append(connection)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            left.append(connection)
        except OSError:
            connection.close()
    return left


def crowd():
    connections = []
    for number in range(count):
        try:
            connections.append(begin(number))
        except OSError:
            pass  # cut off before it had begun
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], DRIP_S)[0]:
        connections = drip(connections)
    print(len(drip(connections)), flush=True)


def upload():
    body = sys.stdin.buffer.read()
    connection = tls(socket.create_connection(("127.0.0.1", port), OPEN_TIMEOUT_S))
    head = "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path, len(body))
    connection.sendall(head.encode())
    step = len(body) // PIECES + 1
    for at in range(0, len(body), step):
        time.sleep(DRIP_S / 2)
        connection.sendall(body[at : at + step])
        if at == 2 * step:
            print("ready", flush=True)
    print(connection.recv(65536).split(b" ")[1].decode(), flush=True)


upload() if kind == "upload" else crowd()
