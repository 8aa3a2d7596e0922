# SPDX-License-Identifier: GPL-3.0-or-later
"""Grades change while people search, read and pack: after the acknowledgement nobody below gets anything of a raised document."""
import io
import json
import random
import sys
import threading
import time
import zipfile

from vtlt_case import ALL, VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server

RACES = 1000 if ALL else 100
LETTER = "BỘ THỬ\nSố: {n}/BC-HC\nHà Nội, ngày 05 tháng 6 năm 2021\n\nBÁO CÁO\nKiểm kê kho tu{n}khoa\n"


class Reclassification(VtltCase):
    def setUp(self):
        super().setUp()
        self.place = self.home()
        self.password = self.write("password", PASSWORD + "\n")
        for name, role, clearance in (("docgia", "clerk", "open"), ("baomat", "security_officer", "tuyet_mat"), ("chihuy", "leader", "tuyet_mat")):
            answer = vtlt("user", "add", name, "--role", role, "--clearance", clearance, "--password-file", self.password, home=self.place)
            self.assertEqual(answer.code, 0, answer)

    def take_in(self, count):
        for n in range(count):
            self.write(f"in/{n}.txt", LETTER.format(n=n))
        lines = self.ingest(self.place, str(self.folder / "in"), code=0).lines()
        by_name = {line["source_path"]: line["id"] for line in lines if "source_path" in line}
        return [by_name[f"{n}.txt"] if f"{n}.txt" in by_name else by_name[f"in/{n}.txt"] for n in range(count)]

    def serve(self):
        server = Server(self.place)
        self.addCleanup(server.__exit__)
        return server

    def person(self, server, name):
        person = Person(server)
        self.assertEqual(person.sign_in(name, PASSWORD).status, 303)
        return person

    def raise_it(self, person, uid, secrecy="tuyet_mat"):
        return person.send_json("POST", f"/api/v1/documents/{uid}/secrecy", {"secrecy": secrecy, "reason": "nhầm độ mật"})

    def put_on_list(self, person, uid):
        return person.send_json("POST", f"/api/v1/documents/{uid}/reader-list", {"reader_list": self.list, "reason": "quy chế"})

    def test_nothing_is_read_below_after_the_acknowledgement(self):
        self.race(self.raise_it, (200, "tuyet_mat"))
        self.assertEqual([p for p in (self.place / "objects" / "open").rglob("*") if p.is_file()], [])

    def test_nothing_is_read_by_others_once_it_is_on_a_list(self):
        self.list = vtlt("readers", "new", "Tổ công tác", "--json", home=self.place).json()["id"]
        # Whoever puts it there is not on it: he is told nothing more of it.
        self.race(self.put_on_list, (204, None))

    def race(self, hide, expected):
        """`hide` is done to one document after the other while somebody who loses sight of it searches, reads and packs."""
        uids = self.take_in(RACES)
        server = self.serve()
        raised = {}  # uid → when it was acknowledged
        faults, counted = [], {"search": 0, "view": 0, "export": 0}
        done = threading.Event()

        def acknowledged_before(moment):
            return {uid for uid, when in list(raised.items()) if when <= moment}

        def check(kind, begun, seen, total=None):
            counted[kind] += 1
            below = acknowledged_before(begun)
            if seen & below:
                faults.append((kind, sorted(seen & below)))
            if total is not None and total > len(uids) - len(below):
                faults.append((kind, "counted", total, len(uids) - len(below)))

        def search():
            person, chance = self.person(server, "docgia"), random.Random(1)
            while not done.is_set():
                n = chance.randrange(len(uids))
                for query, whole in (("kho", True), (f"tu{n}khoa", False), ("", True)):
                    begun = time.monotonic()
                    answer = person.get(f"/api/v1/search?q={query}&limit=100").json
                    check("search", begun, {hit["id"] for hit in answer["hits"]}, answer["total"] if whole else None)
                    if not whole and uids[n] in acknowledged_before(begun) and answer["total"]:
                        faults.append(("search", "a word of a raised document is counted", query))

        def view():
            person, chance = self.person(server, "docgia"), random.Random(2)
            while not done.is_set():
                uid = chance.choice(uids)
                for path in (f"/documents/{uid}", f"/api/v1/documents/{uid}", f"/api/v1/documents/{uid}/text", f"/documents/{uid}/files/1",
                             f"/api/v1/documents/{uid}/history", f"/api/v1/documents/{uid}/relations"):
                    begun = time.monotonic()
                    check("view", begun, {uid} if person.get(path).status == 200 else set())

        def export():
            person = self.person(server, "docgia")
            while not done.is_set():
                asked = time.monotonic()
                job = person.send_json("POST", "/api/v1/packages", {"q": "kho", "name": "kho", "profile": "bagit"})
                if job.status != 202:
                    time.sleep(0.02)
                    continue
                path = "/api/v1/jobs/" + job.json["id"]
                now = person.get(path)
                while now.status == 200 and not now.json["outcome"]:
                    time.sleep(0.01)
                    now = person.get(path)
                begun = time.monotonic()
                answer = person.get(f"/packages/{job.json['id']}/download")
                seen = set()
                if answer.status == 200:
                    with zipfile.ZipFile(io.BytesIO(answer.body)) as bag:
                        seen = {uid for uid in uids if any(uid in name for name in bag.namelist())}
                    self.assertGreater(len(seen) + len(acknowledged_before(asked)), 0)
                check("export", begun, seen)

        failures = []

        def guarded(work):
            try:
                work()
            except Exception as error:  # noqa: BLE001 — a thread's failure is the test's
                failures.append(error)
                done.set()

        threads = [threading.Thread(target=guarded, args=(work,)) for work in (search, view, export)]
        for thread in threads:
            thread.start()
        guard = self.person(server, "baomat")
        order = list(uids)
        random.Random(3).shuffle(order)
        took = []
        try:
            for uid in order:
                if done.is_set():
                    break
                begun = time.monotonic()
                answer = hide(guard, uid)
                self.assertEqual((answer.status, answer.json["secrecy"] if answer.body else None), expected, answer)
                raised[uid] = time.monotonic()
                took.append(raised[uid] - begun)
                time.sleep(0.01)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(faults, [])
        self.assertEqual(len(raised), RACES)
        self.assertGreater(min(counted.values()), 0, counted)
        print(f"{RACES} hidden, {sorted(took)[len(took) // 2] * 1000:.0f} ms each; read meanwhile: {counted}", file=sys.stderr)
        last = self.person(server, "docgia").get("/api/v1/search?q=kho").json
        self.assertEqual((last["total"], last["hits"]), (0, []))
        server.stop()
        self.assert_whole(self.place)

    def test_a_lower_grade_needs_two_people_on_the_page(self):
        (uid,) = self.take_in(1)
        server = self.serve()
        guard, leader, reader = (self.person(server, name) for name in ("baomat", "chihuy", "docgia"))
        self.assertIn("Đổi độ mật", guard.get(f"/documents/{uid}").text)
        wrong = guard.post_form(f"/documents/{uid}/secrecy", secrecy="mat", reason=" ")
        self.assertEqual(wrong.status, 422)
        self.assertIn("Hãy nêu lý do", wrong.text)
        self.assertEqual(guard.post_form(f"/documents/{uid}/secrecy", secrecy="mat", reason="nhầm").status, 303)
        self.assertEqual(reader.get(f"/documents/{uid}").status, 404)
        self.assertEqual(guard.post_form(f"/documents/{uid}/secrecy", secrecy="open", reason="hết hạn").status, 303)
        page = guard.get("/secrecy")
        self.assertIn("hết hạn", page.text)
        (proposal,) = guard.get("/api/v1/secrecy-proposals").json["proposals"]
        self.assertEqual((proposal["document"], proposal["from"], proposal["to"]), (uid, "mat", "open"))
        path = "/secrecy/" + proposal["id"]
        self.assertIn(path + "/confirm", leader.get(f"/documents/{uid}").text)
        self.assertNotIn(path + "/confirm", guard.get(f"/documents/{uid}").text)
        self.assertEqual(guard.post_form(path + "/confirm").status, 403)
        self.assertEqual(reader.send_json("POST", f"/api/v1/secrecy-proposals/{proposal['id']}/confirm", {}).status, 403)
        self.assertEqual(reader.send_json("POST", f"/api/v1/secrecy-proposals/{proposal['id']}/refuse", {"reason": "x"}).status, 404)
        self.assertEqual(leader.post_form(path + "/confirm").status, 303)
        self.assertEqual(reader.get(f"/documents/{uid}").status, 200)
        self.assertEqual(reader.get("/api/v1/search?q=kho").json["total"], 1)
        told = [(e["action"], [c["after"] for c in e["changes"]]) for e in leader.get(f"/api/v1/documents/{uid}/history").json["entries"]]
        self.assertEqual(told[:3], [("document.reclassified", ["conditional", "open"]), ("reclassification.proposed", []), ("document.reclassified", ["secret", "mat"])])

    def test_the_command_line_does_the_same(self):
        (uid,) = self.take_in(1)
        run = lambda *arguments: vtlt("secrecy", *arguments, "--json", home=self.place)
        self.assertEqual(run("set", uid, "geheim", "--reason", "x").code, 2)
        self.assertEqual(run("set", uid, "mat", "--reason", " ").code, 2)
        self.assertEqual(run("set", uid, "mat", "--reason", "nhầm").json()["secrecy"], "mat")
        proposal = run("set", uid, "open", "--reason", "hết hạn").json()
        self.assertEqual(run("list").json()["proposals"], [{k: v for k, v in proposal.items() if k != "format_version"}])
        alone = run("confirm", proposal["id"])
        self.assertEqual((alone.code, json.loads(alone.err)["code"]), (6, "reclassification.needs_another_person"), alone)
        self.assertEqual(run("refuse", proposal["id"]).code, 0)
        self.assertEqual(run("list").json()["proposals"], [])
        small = self.folder / "small"
        self.assertEqual(vtlt("init", small, "--highest", "mat").code, 0)
        (line,) = [l for l in self.ingest(small, str(self.folder / "in"), code=0).lines() if "id" in l]
        above = vtlt("secrecy", "set", line["id"], "toi_mat", "--reason", "x", "--json", home=small)
        self.assertEqual(json.loads(above.err)["code"], "reclassification.above_highest", above)


if __name__ == "__main__":
    main()
