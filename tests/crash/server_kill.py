# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the server at random moments during uploads and edits: every acknowledged one is there, every other one is
absent or whole, and nothing has to be done by hand after the restart (safety.md P1, I1)."""
import http.client
import os
import random
import re
import socket
import threading
import time
import urllib.parse

from vtlt_case import ALL, VtltCase, main
from vtlt_server import PASSWORD, Person, Server, add_person

WANTED = 1000 if ALL else 150
CLIENTS = 4
LOST = (http.client.HTTPException, OSError, socket.timeout)


def content(number):
    return (f"Số: {number}/BC-CHC\nHà Nội, ngày 5 tháng 8 năm 2021\nBÁO CÁO\nkiểm tra kho lần {number}\n" * (1 + number % 40)).encode()


class Ledger:
    """What the clients know: acknowledged uploads and edits, and edits whose answer was lost."""

    def __init__(self):
        self.lock = threading.Lock()
        self.next = 0
        self.uploads = {}  # upload → number, acknowledged by complete
        self.titles = {}  # document → title acknowledged last
        self.doubtful = {}  # document → titles sent without an answer since

    def take(self):
        with self.lock:
            self.next += 1
            return self.next


class Killed(VtltCase):
    def client(self, server, ledger, seed):
        rng = random.Random(seed)
        try:
            person = Person(server)
            if person.sign_in("vanthu", PASSWORD).status != 303:
                return
            while True:
                number = ledger.take()
                made = person.send_json("POST", "/api/v1/uploads", {"name": f"{number}.txt", "size": len(content(number))})
                url = "/api/v1/uploads/" + made.json["id"]
                body = content(number)
                cut = rng.randrange(len(body))
                for begin, piece in ((0, body[:cut]), (cut, body[cut:])):
                    if piece:
                        person.ask("PUT", f"{url}?offset={begin}", piece, {"X-CSRF-Token": person.csrf})
                done = person.send_json("POST", url + "/complete", {})
                if done.status not in (200, 201, 202):
                    continue
                with ledger.lock:
                    ledger.uploads[made.json["id"]] = number
                uid = done.json["document"]
                if uid:
                    self.edit(person, ledger, uid, number)
        except LOST:
            pass

    def edit(self, person, ledger, uid, number):
        tag = person.get("/api/v1/documents/" + uid).headers["ETag"]
        title = f"Báo cáo {number} sửa {time.monotonic_ns()}"
        with ledger.lock:
            ledger.doubtful.setdefault(uid, []).append(title)
        changed = person.send_json("PATCH", "/api/v1/documents/" + uid, {"title": title}, If_Match=tag)
        with ledger.lock:
            ledger.doubtful[uid].remove(title)
            if changed.status == 200:
                ledger.titles[uid] = title

    def check(self, server, ledger):
        person = Person(server)
        self.assertEqual(person.sign_in("vanthu", PASSWORD).status, 303)
        for upload, number in ledger.uploads.items():
            state = person.wait_for(lambda: (u := person.get("/api/v1/uploads/" + upload).json)["state"] in ("done", "failed") and u, 60)
            self.assertEqual(state["state"], "done", state)
            self.assertEqual(person.get(f"/documents/{state['document']}/files/1").body, content(number), number)
        for uid, title in ledger.titles.items():
            self.assertIn(person.get("/api/v1/documents/" + uid).json["title"], [title, *ledger.doubtful.get(uid, [])])

    def test_acknowledged_work_survives(self):
        place = self.home()
        add_person(self, place, "vanthu", "clerk")
        rng = random.Random(int(os.environ.get("VTLT_TEST_SEED", time.time())))
        ledger = Ledger()
        kills = 0
        while len(ledger.uploads) < WANTED:
            started = time.monotonic()
            server = Server(place)
            self.assertLess(time.monotonic() - started, 10, "a restart is quick")
            threads = [threading.Thread(target=self.client, args=(server, ledger, rng.random())) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0.2, 1.2))
            server.kill()
            kills += 1
            for thread in threads:
                thread.join()
            self.assertLess(kills, 20 * WANTED, "work gets on")
        with Server(place) as server:
            self.check(server, ledger)
        self.assert_whole(place)
        print(f"{kills} kills, {len(ledger.uploads)} uploads and {len(ledger.titles)} edits acknowledged")


if __name__ == "__main__":
    main()
