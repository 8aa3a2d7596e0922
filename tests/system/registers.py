# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of register books: consecutive and unique under 16 clerks while the server is killed, each acknowledged one present with its
event; an office that moves in in mid-year; entries without a file that are found, packed and printed like any other document."""
import http.client
import json
import random
import sqlite3
import sys
import threading
import time

from vtlt_case import ALL, SHIFT, VtltCase, main, vtlt
from vtlt_server import Person, Server, add_person

CLIENTS = 16
EACH = 5000 if ALL else 25
KILLS = 3
PATIENCE = 120


class Registers(VtltCase):
    def setUp(self):
        super().setUp()
        self.place = self.home()

    def ok(self, *arguments, home=None):
        answer = vtlt(*arguments, "--json", home=home or self.place)
        self.assertEqual(answer.code, 0, answer)
        return answer.json()

    def open_book(self, code, direction, *flags):
        return self.ok("register", "book", "add", code, "--direction", direction, "--year", "2026", *flags)

    def test_sixteen_clerks_while_the_server_is_killed(self):
        add_person(self, self.place, "vanthu", "clerk")
        token = self.ok("user", "token", "vanthu", "--title", "t", "--scope", "read,write")["token"]
        book = self.ok("register", "book", "add", "VBDI", "--direction", "out", "--symbol", "BQP")
        seed = SHIFT + 7
        chance = random.Random(seed)
        state = {"server": Server(self.place)}
        acknowledged, broken, lock = {}, [], threading.Lock()

        def work(client):
            person = None
            for i in range(EACH):
                key, until = f"{client}-{i}", time.monotonic() + PATIENCE
                while True:
                    try:
                        server = state["server"]
                        if server is None:  # killed: its port may be another's by now
                            time.sleep(0.002)
                            continue
                        person = person or Person(server, token)
                        answer = person.send_json("POST", f"/api/v1/registers/{book['id']}/entries", {"kind": "BC", "subject": f"Báo cáo {key}"},
                                                  Idempotency_Key=key)
                        if answer.status in (200, 201):
                            with lock:
                                acknowledged[key] = answer.json
                            break
                        if answer.status != 503:
                            broken.append((key, answer.status, answer.body[:200]))
                            return
                    except (OSError, http.client.HTTPException):
                        person = None
                    if time.monotonic() > until:
                        broken.append((key, "no answer"))
                        return
                    time.sleep(0.02)

        clients = [threading.Thread(target=work, args=(i,)) for i in range(CLIENTS)]
        started = time.monotonic()
        for client in clients:
            client.start()
        # At random among the numbers, not among the seconds.
        for at in sorted(chance.sample(range(CLIENTS * EACH // 10, CLIENTS * EACH * 9 // 10), KILLS)):
            while len(acknowledged) < at and any(client.is_alive() for client in clients):
                time.sleep(0.002)
            killed, state["server"] = state["server"], None
            killed.kill()
            state["server"] = Server(self.place)
        for client in clients:
            client.join()
        took = time.monotonic() - started
        state["server"].stop()
        self.assertEqual(broken, [], f"seed {seed}")
        self.assertEqual(len(acknowledged), CLIENTS * EACH)
        repeated = sum(answer["repeated"] for answer in acknowledged.values())
        print(f"{CLIENTS} clients, {CLIENTS * EACH} numbers, {KILLS} kills, {repeated} answers asked for again, {took:.1f} s, seed {seed}", file=sys.stderr)

        catalogue = sqlite3.connect(f"file:{self.place / 'catalog.db'}?mode=ro", uri=True)
        self.addCleanup(catalogue.close)
        lines = dict(catalogue.execute("SELECT register_entry.number, document.uid FROM register_entry JOIN document ON document.id = document_id"))
        self.assertEqual(sorted(lines), list(range(1, CLIENTS * EACH + 1)))
        self.assertEqual({answer["number"]: answer["id"] for answer in acknowledged.values()}, lines)
        events = [json.loads(leaf) for (leaf,) in catalogue.execute("SELECT leaf FROM audit_leaf")]
        for action in ("register.entered", "document.registered"):
            self.assertEqual(sorted(event["object"] for event in events if event["action"] == action), sorted(lines.values()))
        self.assertEqual(self.ok("register", "out", "gaps", "--book", "VBDI"), {"format_version": 1, "gaps": [], "voided": [], "duplicates": [], "out_of_order": []})
        self.assert_whole(self.place)

    def test_an_office_moves_in_on_the_first_of_july(self):
        place = self.home("july", "--test-clock")
        now = ("--now", "2026-07-01T02:00:00Z")
        book = ("register", "book", "add", "VBD", "--direction", "in", "--start", "1234")
        refused = vtlt(*book, *now, "--json", home=place)
        self.assertEqual((refused.code, json.loads(refused.err)["code"]), (2, "register.start_needs_reason"))
        self.ok(*book, "--reason", "Chuyển từ sổ giấy, đã vào 1.233 văn bản", *now, home=place)
        first = self.ok("register", "in", "add", "--book", "VBD", "--number-symbol", "15/UBND-VP", "--issuer", "UBND tỉnh", "--issued-on", "2026-06-29",
                        "--subject", "Phối hợp kiểm tra", *now, home=place)
        self.assertEqual((first["number"], first["year"], first["book"]), (1234, 2026, "VBD"))
        late = vtlt("register", "in", "add", "--book", "VBD", "--subject", "x", "--arrived-on", "2025-12-31", *now, "--json", home=place)
        self.assertEqual([(one["pointer"], one["code"]) for one in json.loads(late.err)["errors"]], [("/arrived_on", "register.other_year")])
        self.assertEqual(self.ok("register", "in", "gaps", "--book", "VBD", home=place)["gaps"], [])
        self.assert_whole(place)

    def test_an_entry_without_a_file_is_a_document_like_any_other(self):
        self.open_book("VBDI", "out", "--symbol", "BQP", "--form", "party")
        made = self.ok("register", "out", "add", "--book", "VBDI", "--kind", "QĐ", "--subject", "Quyết định điều động cán bộ", "--to", "Cục Cán bộ", "--issued-on", "2026-01-05")
        self.assertEqual(made["number_symbol"], "01-QĐ/BQP")
        for words in ("điều động cán bộ", "dieu dong can bo", "so:01-QĐ/BQP", "loai:QĐ ngay:2026"):
            self.assertEqual([hit["id"] for hit in self.search(self.place, words)["hits"]], [made["id"]], words)
        self.assertEqual(vtlt("show", made["id"], home=self.place).code, 0)
        self.assertEqual(vtlt("cat", made["id"], home=self.place).code, 4)  # nothing is there that could be written
        package = self.folder / "goi.zip"
        self.assertEqual(self.ok("export", "--query", "dieu dong", "--to", str(package))["documents"], 1)
        self.assertEqual(vtlt("package", "verify", str(package)).code, 0)
        with Server(self.place) as server:
            add_person(self, self.place, "canbo", "officer")
            person = Person(server, self.ok("user", "token", "canbo", "--title", "t", "--scope", "read")["token"])
            shown = person.get("/api/v1/documents/" + made["id"])
            self.assertEqual((shown.status, shown.json["files"]), (200, []))
        self.assert_whole(self.place)

    def test_a_voided_number_stays_and_its_document_is_registered_again(self):
        self.open_book("VBD", "in")
        add = ("register", "in", "add", "--book", "VBD", "--arrived-on", "2026-01-05")
        first = self.ok(*add, "--subject", "Giấy mời họp")
        self.ok("register", "in", "void", "1", "--book", "VBD", "--reason", "Vào nhầm sổ")
        again = self.ok(*add, "--document", first["id"])
        self.assertEqual((again["number"], again["id"]), (2, first["id"]))
        lines = self.ok("register", "in", "list", "--book", "VBD")["entries"]
        self.assertEqual([(line["number"], line["voided"], line["void_reason"]) for line in lines], [(1, True, "Vào nhầm sổ"), (2, False, None)])
        self.assertEqual(self.ok("register", "in", "gaps", "--book", "VBD")["voided"], [{"number": 1, "reason": "Vào nhầm sổ"}])
        self.assert_whole(self.place)


if __name__ == "__main__":
    main()
