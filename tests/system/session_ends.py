# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a session ends all that it has open: the next request, a download on its way to a slow reader, a stream of events. Each
within a second of the answer of what ended it."""
import contextlib
import os
import re
import socket
import sqlite3
import threading
import time

from vtlt_case import VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server, add_person

SIZE = 24_000_000
SOON = 1.0


class Reader(threading.Thread):
    """Reads an answer slowly, with a small window, and knows when it ended and how."""

    def __init__(self, server, path, headers):
        super().__init__(daemon=True)
        self.socket = socket.socket()
        # Without this the system of the reader would hold millions of bytes that no server can take back.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", server.port))
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *[f"{k}: {v}" for k, v in headers.items()], "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.pace = 0.02
        self.begun = threading.Event()
        self.head = b""
        self.bytes = 0
        self.ended_at = None
        self.how = None
        self.start()

    def run(self):
        try:
            while b"\r\n\r\n" not in self.head:
                self.head += self.socket.recv(4096)
            self.head, rest = self.head.split(b"\r\n\r\n", 1)
            self.bytes = len(rest)
            self.begun.set()
            while True:
                part = self.socket.recv(8192)
                if not part:
                    self.how = "closed"
                    break
                self.bytes += len(part)
                time.sleep(self.pace)
        except OSError as error:
            self.how = type(error).__name__
        self.ended_at = time.monotonic()
        self.socket.close()

    @property
    def is_open(self):
        return self.ended_at is None

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)


class SessionEnds(VtltCase):
    def setUp(self):
        super().setUp()
        self.place = self.home()
        for name, role in (("quantri", "admin"), ("lan", "archivist"), ("hai", "archivist")):
            add_person(self, self.place, name, role)
        self.people = {u["name"]: u["id"] for u in vtlt("-C", self.place, "user", "list", "--json").json()["users"]}
        self.file = self.write("lon.bin", os.urandom(SIZE))
        self.ingest(self.place, self.file, code=3)
        self.path = f"/documents/{self.search(self.place, '*')['hits'][0]['id']}/files/1"
        self.waiting = {name: self.waiting_job(uid) for name, uid in self.people.items()}
        self.server = Server(self.place)
        self.addCleanup(lambda: self.server.__exit__())
        self.admin = self.signed_in("quantri")

    def waiting_job(self, actor):
        """A job that waits for the command it was interrupted in: its stream of events has no end of its own."""
        uid = f"WAITS{actor[5:]}"
        with contextlib.closing(sqlite3.connect(self.place / "catalog.db")) as catalog, catalog:
            catalog.execute("INSERT INTO job (uid, kind, request_key, request, actor, clearance, scopes, attended, state, created_at, updated_at, secrecy)"
                            " VALUES (?, 'ingest', ?, '{}', ?, 3, 'read', 1, 'queued', 1, 1, 0)", (uid, uid, actor))
        return uid

    def signed_in(self, name):
        person = Person(self.server)
        self.assertEqual(person.sign_in(name, PASSWORD).status, 303)
        person.name = name
        return person

    def open(self, person, path):
        headers = {"Authorization": "Bearer " + person.token} if person.token else {"Cookie": "; ".join(f"{k}={v}" for k, v in person.cookies.items())}
        reader = Reader(self.server, path, headers)
        self.assertTrue(reader.begun.wait(30))
        self.assertIn(b" 200 ", reader.head.split(b"\r\n")[0])
        return reader

    def open_both(self, person):
        return self.open(person, self.path), self.open(person, f"/api/v1/jobs/{self.waiting[person.name]}/events")

    def check(self, person, end, status=401):
        """`end` ends what `person` has open; what another person has open goes on."""
        other = self.signed_in("hai")
        mine, others = self.open_both(person), self.open_both(other)
        time.sleep(1.5)  # They are long on their way, and were asked about several times.
        self.assertTrue(all(reader.is_open for reader in mine + others))
        end()
        acknowledged = time.monotonic()
        self.assertEqual(person.get("/api/v1/search?q=x").status, status)
        for reader in mine:
            reader.join(30)
            self.assertFalse(reader.is_open, "still open")
            self.assertLessEqual(reader.ended_at - acknowledged, SOON, reader.how)
            self.assertLess(reader.bytes, SIZE, "cut off, not finished")
        time.sleep(1)
        for reader in others:
            self.assertTrue(reader.is_open, "of somebody else")
            reader.close()

    def done(self, answer):
        self.assertIn(answer.code if hasattr(answer, "code") else answer.status, (0, 200, 204, 303), answer)

    def test_a_role_that_ends(self):
        for way in ("command", "rest"):
            with self.subTest(way):
                grant = next(u for u in vtlt("-C", self.place, "user", "list", "--json").json()["users"] if u["name"] == "lan")["roles"][0]["id"]
                command = lambda: self.done(vtlt("-C", self.place, "rights", "end", grant))
                rest = lambda: self.done(self.admin.send_json("POST", f"/api/v1/grants/{grant}/end", {}))
                self.check(self.signed_in("lan"), command if way == "command" else rest)
                self.done(vtlt("-C", self.place, "user", "change", "lan", "--role", "archivist"))

    def test_an_account_that_is_disabled(self):
        self.check(self.signed_in("lan"), lambda: self.done(vtlt("-C", self.place, "user", "disable", "lan")))

    def test_signing_out_and_being_signed_out_from_another_place(self):
        person = self.signed_in("lan")
        leaves = Person(self.server)
        leaves.cookies, leaves.csrf = dict(person.cookies), person.csrf
        self.check(person, lambda: self.done(leaves.post_form("/sign-out")))
        person, elsewhere = self.signed_in("lan"), self.signed_in("lan")
        session = re.search(r'action="(/account/sessions/[^"/]+/end)"', elsewhere.get("/account").text)[1]
        self.check(person, lambda: self.done(elsewhere.post_form(session)))
        self.assertEqual(elsewhere.get("/").status, 200, "the other session stays")

    def test_a_token_that_is_revoked_or_whose_person_loses_his_role(self):
        for end in ("revoke", "role"):
            with self.subTest(end):
                answer = vtlt("-C", self.place, "user", "token", "lan", "--title", "Máy", "--scope", "read", "--json").json()
                machine = Person(self.server, token=answer["token"])
                machine.name = "lan"
                if end == "revoke":
                    self.check(machine, lambda: self.done(vtlt("-C", self.place, "user", "revoke", answer["id"])))
                else:
                    grant = next(u for u in vtlt("-C", self.place, "user", "list", "--json").json()["users"] if u["name"] == "lan")["roles"][0]["id"]
                    self.check(machine, lambda: self.done(vtlt("-C", self.place, "rights", "end", grant)), 403)

    def test_another_password(self):
        password = self.write("password", "trâu vàng qua cầu\n")
        self.check(self.signed_in("lan"), lambda: self.done(vtlt("-C", self.place, "user", "passwd", "lan", "--password-file", password)))

    def test_what_nobody_ends_comes_to_its_end(self):
        reader = self.open(self.signed_in("lan"), self.path)
        reader.pace = 0
        reader.join(60)
        self.assertEqual((reader.bytes, reader.how), (SIZE, "closed"))


if __name__ == "__main__":
    main()
