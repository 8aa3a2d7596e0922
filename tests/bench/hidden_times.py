# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether time tells a hidden document from one that never was: one reader, one connection, the two asked for in random turns."""
import dataclasses
import random
import socket
import statistics
import time

WARM_UP = 50


@dataclasses.dataclass(frozen=True)
class Times:
    """Medians in seconds; `ratio` is hidden ÷ missing, `noise` missing ÷ missing: what two names of nothing differ by in the same run."""
    hidden: float
    missing: float
    ratio: float
    noise: float


class Line:
    """A connection that is kept. Requests are bytes made beforehand, so that little but the server is timed."""

    def __init__(self, port, cookie):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookie = cookie

    def request(self, path):
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n".encode("ascii")

    def ask(self, request):
        """Seconds to the last byte, and the status."""
        started = time.perf_counter()
        self.socket.sendall(request)
        got = self.socket.recv(65536)
        while (head := got.find(b"\r\n\r\n")) < 0:
            got += self.socket.recv(65536)
        length = int(got[:head].lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(got) < head + 4 + length:
            got += self.socket.recv(65536)
        return time.perf_counter() - started, int(got[9:12])


def compare(port, cookie, hidden, missing, rounds, turns, seed):
    """`hidden` is one path, `missing` are two of nothing. The median over the rounds of the ratios of each round's medians."""
    line = Line(port, cookie)
    asked = {name: line.request(path) for name, path in zip(("hidden", "missing", "other"), (hidden, *missing))}
    order = random.Random(seed)
    ratios, noises, medians = [], [], []
    for _ in range(rounds):
        times = {name: [] for name in asked}
        for turn in range(WARM_UP + turns):
            names = list(asked)
            order.shuffle(names)
            for name in names:
                seconds, status = line.ask(asked[name])
                if status != 404:
                    raise SystemExit(f"{name}: {status}")
                if turn >= WARM_UP:
                    times[name].append(seconds)
        middle = {name: statistics.median(found) for name, found in times.items()}
        medians.append(middle)
        ratios.append(middle["hidden"] / middle["missing"])
        noises.append(middle["other"] / middle["missing"])
    return Times(*(statistics.median(one[name] for one in medians) for name in ("hidden", "missing")),
                 statistics.median(ratios), statistics.median(noises))
