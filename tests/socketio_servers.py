"""A small hand-made Socket.IO server on WebSocket alone, whose answers a test writes as Python."""

from __future__ import annotations

from pathlib import Path

SERVER = r'''
import base64, contextlib, hashlib, json, os, socket, struct, threading

lock = threading.RLock()
clients = []


class Client:
    """One session. `sids` by namespace; `say` sends a Socket.IO packet, `frame` anything."""

    def __init__(self, conn):
        self.conn, self.sids, self.number = conn, {}, len(clients)

    def frame(self, payload, opcode=1):
        data = payload.encode() if isinstance(payload, str) else payload
        size = len(data)
        head = bytes([0x80 | opcode]) + (bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size))
        with lock, contextlib.suppress(OSError):  # who has gone is noticed where he is read from
            self.conn.sendall(head + data)

    def say(self, packet):
        self.frame("4" + packet)


def exactly(conn, count):
    data = b""
    while len(data) < count:
        piece = conn.recv(count - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data


def read_frame(conn):
    first, second = exactly(conn, 2)
    size = second & 127
    if size >= 126:
        size = int.from_bytes(exactly(conn, 2 if size == 126 else 8), "big")
    mask, data = exactly(conn, 4), exactly(conn, size)
    return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


def answer(conn):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = conn.recv(4096)
        if not piece:
            return
        head += piece
    lines = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    if "upgrade" not in lines.get("connection", ""):
        conn.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return
    key = next(line for line in head.decode().split("\r\n") if line.lower().startswith("sec-websocket-key"))
    key = key.split(": ")[1] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    conn.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
    )
    me = Client(conn)
    with lock:
        clients.append(me)
    opened = {"sid": f"engine{me.number}", "upgrades": [], "pingInterval": 25000, "pingTimeout": 20000,
              "maxPayload": 1000000}
    me.frame("0" + json.dumps(opened))
    try:
        while True:
            opcode, data = read_frame(conn)
            if opcode == 8:
                return
            if opcode == 1 and data[:1] == b"4":
                receive(me, data[1:].decode())
            if data[:1] == b"3":
                PONG
    finally:
        with lock:
            clients.remove(me)


def receive(me, packet):
    """CONNECT, EVENT and DISCONNECT; what an event does stands below."""
    kind, rest = packet[0], packet[1:]
    namespace = "/"
    if rest.startswith("/"):
        namespace, _, rest = rest.partition(",")
    prefix = "" if namespace == "/" else namespace + ","
    if kind == "0":
        connect(me, namespace, prefix)
    elif kind == "1":
        me.sids.pop(namespace, None)
    elif kind == "2":
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        name, *arguments = json.loads(rest[len(digits):])
        others = [one for one in list(clients) if one is not me]

        def ack(*values):
            if digits:
                me.say(f"3{prefix}{digits}{json.dumps(values)}")

        if name != "capabilities":  # it announces none
            event(me, others, name, arguments, ack, digits)


def connect(me, namespace, prefix):
    if namespace in ("/", "/chat"):
        me.sids[namespace] = f"sid{me.number}{namespace}"
        me.say(f'0{prefix}{json.dumps({"sid": me.sids[namespace]})}')
    else:
        me.say(f'4{prefix}{json.dumps({"message": "Invalid namespace"})}')


def event(me, others, name, arguments, ack, digits):
    BODY


def main():
    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=128)
    while True:
        conn, _ = listener.accept()

        def run(conn=conn):
            with conn:
                try:
                    answer(conn)
                except OSError:
                    pass

        threading.Thread(target=run, daemon=True).start()


main()
'''

RIGHT = """
if name == "tell":
    for one in others:
        one.say(f'2["told",{json.dumps(arguments[0])}]')
    ack("ok")
elif name == "echo":
    ack(*arguments)
"""
"""`tell` reaches all others as `told`; `echo` is acknowledged with its arguments."""


def socketio_script(path: Path, body: str = RIGHT, pong: str = "") -> Path:
    """A right server, but for what `body` does with an event: `me` and `others` are Clients, `name` and
    `arguments` the event, `ack(...)` acknowledges it where that is wanted."""
    indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
    path.write_text(SERVER.replace("    BODY", indented).replace("PONG", pong or "pass"), encoding="utf-8")
    return path
