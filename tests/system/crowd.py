# SPDX-License-Identifier: GPL-3.0-or-later
"""2,000 idle and 500 slow clients are not felt by an honest new one; an idle server is small, and soon back (performance.md §1)."""
import json
import re
import resource
import subprocess
import time

from vtlt_case import ALL, BUILD, VtltCase, main
from vtlt_server import PASSWORD, Person, Server, add_person

IDLE, SLOW = 2000, 500


class Crowd(VtltCase):
    def test_a_crowd_is_not_felt(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 8192:
            self.skipTest(f"skipped: at most {hard} open files here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (8192, hard))
        place = self.home()
        add_person(self, place, "quantri", "admin,archivist")
        with Server(place) as server:
            one = Person(server)
            self.assertEqual(one.sign_in("quantri", PASSWORD).status, 303)
            with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
                idle_kb = int(re.search(r"RssAnon:\s+(\d+)", status.read())[1])
            self.assertLessEqual(idle_kb, 128 * 1024)
            best = None
            for _ in range(3):  # the best of three: other programs of the machine are felt too
                done = subprocess.run([str(BUILD / "bin" / "vtlt-http-load"), "--mode", "crowd", "--port", str(server.port), "--path", "/sign-in",
                                       "--idle", str(IDLE), "--slow", str(SLOW), "--clients", "300"], stdout=subprocess.PIPE, timeout=300)
                answer = json.loads(done.stdout)
                self.assertEqual((answer["failed"], answer["served"]), (0, 300), answer)
                best = answer if best is None or answer["p99_ms"] < best["p99_ms"] else best
                if best["p99_ms"] <= 50:
                    break
        print(best, f"{idle_kb} kB idle")
        self.assertLessEqual(best["p99_ms"], 50, best)

    def test_it_is_soon_back_however_much_it_holds(self):
        records = 100_000 if ALL else 3_000
        place = self.home()
        add_person(self, place, "quantri", "admin,archivist")
        (self.folder / "in").mkdir()
        for i in range(records):
            self.write(f"in/{i // 1000}/{i}.txt", f"Số: {i}/BC-CHC\nBÁO CÁO\nKết quả kiểm kê kho số {i}\n")
        self.assertEqual(self.summary(self.ingest(place, self.folder / "in"))["accepted"], records)
        server = Server(place)
        for how in ("at first", "after a stop", "after a kill"):
            if how == "after a stop":
                self.assertLess(server.stop(), 5)
            elif how == "after a kill":
                server.kill()
            if how != "at first":
                started = time.monotonic()
                server = Server(place)
                self.assertEqual(Person(server).get("/readyz").status, 200)
                took = time.monotonic() - started
                print(f"{records} records, {how}: back in {took:.2f} s")
                self.assertLess(took, 5, how)
            one = Person(server)
            self.assertEqual(one.sign_in("quantri", PASSWORD).status, 303)
            self.assertEqual(one.get("/api/v1/search?q=kho").json["total"], records)
        server.stop()


if __name__ == "__main__":
    main()
