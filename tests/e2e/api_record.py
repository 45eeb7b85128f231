#!/usr/bin/python3
"""Stands between any client and certkiosk-gateway and writes down what both say.

api_record.py PLATFORM CERTIFICATES RECORD PORTS: has two ports, as the gateway, and its TLS identity
(of the folder PLATFORM); towards the gateway it is the client itself, with the key that it finds
beside the client's certificate somewhere below CERTIFICATES. Writes the four port numbers to the file PORTS
(its own two, then those that the gateway is to take) and one line of JSON an exchange to RECORD.
"""
import base64
import glob
import http.client
import http.server
import json
import os
import re
import socket
import ssl
import sys
import threading

UPSTREAM_TIMEOUT_S = 60
platform, certificates, record_path, ports_path = sys.argv[1:5]
record = open(record_path, "a", encoding="utf-8")
lock = threading.Lock()
pairs = {}


def text(data):
    return base64.b64encode(data).decode()


def pair_of(der):
    """The files of the client whose certificate this is; kept, as its own may be replaced."""
    if der in pairs:
        return pairs[der]
    for name in glob.glob(certificates + "/**/*.crt", recursive=True) + \
            glob.glob(certificates + "/**/*.pem", recursive=True):
        try:
            with open(name, encoding="ascii") as file:
                block = re.search("-----BEGIN CERT.*?END CERT[A-Z]*-----", file.read(), re.S)
            if block and ssl.PEM_cert_to_DER_cert(block.group()) == der:
                key = name[:-4] + ".key"
                pairs[der] = copy_of(name, "crt"), copy_of(key if os.path.exists(key) else name, "key")
                return pairs[der]
        except (ValueError, OSError):
            continue
    return None


def copy_of(name, kind):
    copied = "%s/recorder.%d.%s" % (os.path.dirname(ports_path), len(pairs), kind)
    with open(name, "rb") as from_file, open(copied, "wb") as to_file:
        to_file.write(from_file.read())
    return copied


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = UPSTREAM_TIMEOUT_S

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def ask(self, body):
        context = ssl.create_default_context(cafile=platform + "/platform-tls.crt")
        der = self.connection.getpeercert(binary_form=True)
        pair = pair_of(der) if der else None
        if pair:
            context.load_cert_chain(*pair)
        upstream = http.client.HTTPSConnection("127.0.0.1", self.server.upstream, context=context,
                                               timeout=UPSTREAM_TIMEOUT_S)
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("transfer-encoding", "expect", "connection")}
        if self.command == "POST":
            headers["Content-Length"] = str(len(body))
        try:
            upstream.request(self.command, self.path, body or None, headers)
        except OSError:
            pass  # refused before it was read: the answer is there
        answer = upstream.getresponse()
        return answer, answer.read(), pair is not None

    def exchange(self):
        body = self.read_body()
        answer, said, is_proven = self.ask(body)
        row = {"port": self.server.name, "method": self.command, "path": self.path, "proven": is_proven,
               "headers": dict(self.headers.items()), "body": text(body), "status": answer.status,
               "answer_headers": dict(answer.getheaders()), "answer": text(said)}
        with lock:
            record.write(json.dumps(row) + "\n")
            record.flush()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() != "connection":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = exchange

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self, name, upstream):
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.upstream = name, upstream
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(platform + "/server.crt", platform + "/server.key")
        if name == "kiosk":
            self.context.minimum_version = ssl.TLSVersion.TLSv1_3
            self.context.load_verify_locations(platform + "/client-ca.crt")
            self.context.verify_mode = ssl.CERT_OPTIONAL

    def get_request(self):
        plain, address = super().get_request()
        return self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        pass  # who broke off has seen what he wanted to see


servers = [Server("kiosk", free_port()), Server("public", free_port())]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
ports = [server.server_port for server in servers] + [server.upstream for server in servers]
with open(ports_path + ".part", "w", encoding="ascii") as file:
    file.write(" ".join(map(str, ports)) + "\n")
os.rename(ports_path + ".part", ports_path)
threading.Event().wait()
