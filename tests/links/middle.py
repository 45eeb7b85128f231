"""middle.py - a platform that answers otherwise than it should: HTTPS in front of the real one.

    middle = Middle(platform, kiosk)     with the platform's own certificate, so a kiosk believes it
    middle.misbehave(Manner(...)); middle.struck.wait()
    middle.asked                         (moment, lane, status that was given) of each request

It speaks to the platform with the kiosk's papers and passes on what it is not told to spoil.
Stranger is a server that is not the platform at all: a portal, an interception.
"""
import dataclasses
import http.client
import http.server
import os
import socket
import ssl
import threading
import time

FEED, JOURNAL = "feed", "journal"
DRIP_S = 0.002
CHUNK = 65536


@dataclasses.dataclass
class Manner:
    name: str
    lane: str = JOURNAL
    asks: bool = True        # the platform is asked first, so it has committed
    status: int = 0          # 0: as the platform says
    headers: tuple = ()
    body: bytes = None       # None: as the platform says
    spoil: object = None     # its body -> what is given instead
    promise: int = 0         # bytes that Content-Length promises beyond those that come
    drips: bool = False      # byte by byte
    twice: bool = False      # the platform is given the request two times
    replay: bool = False     # and after it the request before it
    junk: bytes = b""        # instead of any HTTP
    times: int = 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve(FEED)

    def do_POST(self):
        self.serve(JOURNAL)

    def serve(self, lane):
        middle = self.server.middle
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        manner = middle.manner_for(lane)
        status, text = 200, b""
        if manner is None or manner.asks:
            status, text = middle.ask(self.command, self.path, self.headers, body, manner)
        if lane == JOURNAL:
            middle.before = (self.path, dict(self.headers), body)
        if manner is not None:
            status, text = manner.status or status, text if manner.body is None else manner.body
            text = manner.spoil(text) if manner.spoil else text
        middle.asked.append((time.monotonic(), lane, status))
        try:
            self.reply(manner, status, text)
        except OSError:
            self.close_connection = True
        if manner is not None:
            middle.struck.set()

    def reply(self, manner, status, text):
        if manner is not None and manner.junk:
            self.wfile.write(manner.junk)
            self.close_connection = True
            return
        self.send_response(status)
        for key, value in manner.headers if manner else ():
            self.send_header(key, value)
        promised = len(text) + (manner.promise if manner else 0)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        if manner is not None and manner.drips:
            for byte in text:
                self.wfile.write(bytes([byte]))
                time.sleep(DRIP_S)
        else:
            self.wfile.write(text)
        if promised > len(text):
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a kiosk hangs up as it likes


def serve_tls(certificate, key, handler):
    """A server on a port of its own; with TLS 1.3 unless there is no certificate."""
    server = Server(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Middle:
    def __init__(self, platform, kiosk):
        self.platform, self.kiosk = platform, kiosk
        self.struck = threading.Event()
        self.lock = threading.Lock()
        self.asked = []
        self.before = None
        self._manner, self._left = None, 0
        self.server = serve_tls(os.path.join(platform.folder, "server.crt"),
                                os.path.join(platform.folder, "server.key"), Handler)
        self.server.middle = self
        self.port = self.server.server_address[1]
        self.context = ssl.create_default_context(cafile=os.path.join(kiosk.papers, "platform-tls.crt"))
        self.context.load_cert_chain(os.path.join(kiosk.papers, "kiosk.crt"), os.path.join(kiosk.papers, "kiosk.key"))

    def misbehave(self, manner):
        self.struck.clear()
        with self.lock:
            self._manner, self._left = manner, manner.times

    def manner_for(self, lane):
        with self.lock:
            if self._left == 0 or self._manner.lane != lane:
                return None
            self._left -= 1
            return self._manner

    def _pass_on(self, command, path, headers, body):
        connection = http.client.HTTPSConnection("127.0.0.1", self.platform.port, context=self.context, timeout=60)
        keep = {key: value for key, value in headers.items() if key in ("Content-Type", "Content-Encoding")}
        try:
            connection.request(command, path, body or None, keep)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, command, path, headers, body, manner):
        status, text = self._pass_on(command, path, headers, body)
        if manner is not None and manner.twice:
            status, text = self._pass_on(command, path, headers, body)
        if manner is not None and manner.replay and self.before:
            self._pass_on(command, self.before[0], self.before[1], self.before[2])
        return status, text

    def end(self, _how=None):
        self.server.shutdown()


class Portal(http.server.BaseHTTPRequestHandler):
    """Whatever is asked: please log in."""
    protocol_version = "HTTP/1.1"
    PAGE = b"<!doctype html><html><title>Welcome</title><form action=/login>Free Wi-Fi</form></html>"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.visits += 1
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.PAGE)))
        self.end_headers()
        self.wfile.write(self.PAGE)

    do_POST = do_GET


class Plain:
    """A portal that does not even listen: it answers any first byte in plain HTTP."""

    def __init__(self):
        self.visits = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                one, _ = self.listener.accept()
                one.recv(CHUNK)
                one.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n")
                self.visits += 1
                one.close()
            except OSError:
                if self.listener.fileno() < 0:
                    return

    def end(self, _how=None):
        self.listener.close()


class Stranger:
    """Portal over TLS, with a certificate of its own."""

    def __init__(self, certificate, key):
        self.server = serve_tls(certificate, key, Portal)
        self.server.visits = 0
        self.port = self.server.server_address[1]

    @property
    def visits(self):
        return self.server.visits

    def end(self, _how=None):
        self.server.shutdown()
