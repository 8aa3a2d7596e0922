# SPDX-License-Identifier: GPL-3.0-or-later
"""What `vtlt verify` and every later command make of a home that somebody or something has meddled with."""
import os
import shutil
import signal
import sqlite3
import subprocess
import time

from vtlt_case import VTLT, VtltCase, main, vtlt

PAPERS = {f"{number}.txt": f"BỘ TƯ LỆNH MIỀN TRUNG SƠN\nSố: {number}/BC-CHC\nHà Nội, ngày 5 tháng 8 năm 2021\nBÁO CÁO\n"
                           f"Kết quả công tác lưu trữ quý {number}\n" for number in range(1, 6)}


class Meddled(VtltCase):
    """A home of five reports; each test spoils it and asks who notices."""

    def setUp(self):
        super().setUp()
        self.archive = self.home()
        for name, text in PAPERS.items():
            self.write("in/" + name, text)
        self.ingest(self.archive, self.folder / "in", code=0)

    def sql(self, script):
        with sqlite3.connect(self.archive / "catalog.db") as catalogue:
            catalogue.executescript(script)
        catalogue.close()

    def problems(self):
        answer = vtlt("verify", "--json", home=self.archive)
        report = answer.json()
        self.assertEqual(answer.code, 0 if report["ok"] else 7)
        self.assertEqual(report["ok"], not report["problems"])
        return report["problems"]

    def kinds(self):
        return {problem["kind"] for problem in self.problems()}

    def uid(self, number):
        return vtlt("show", f"{number}/BC-CHC", "--json", home=self.archive).json()["id"]


class Rows(Meddled):
    def test_a_whole_home_is_whole(self):
        self.assertEqual(self.problems(), [])

    def test_other_bytes_put_under_a_document(self):
        uid = self.uid(2)
        self.sql("UPDATE file SET (object_id, content_hash, size, text_object_id) = (SELECT object_id, content_hash, size, "
                 "text_object_id FROM file WHERE document_id = 1) WHERE document_id = 2")
        self.assertEqual({(problem["kind"], problem["id"]) for problem in self.problems()}, {("audit", uid)})

    def test_a_value_changed_beside_the_program(self):
        uid = self.uid(3)
        self.sql("UPDATE document SET title = 'khác' WHERE number = '3'")
        found = [problem for problem in self.problems() if problem["kind"] == "audit"]
        self.assertEqual([problem["id"] for problem in found], [uid])
        self.assertNotIn("khác", found[0]["found"])
        self.sql("UPDATE document SET issued_on = 20200101 WHERE number = '4'")
        self.assertEqual(len([problem for problem in self.problems() if problem["kind"] == "audit"]), 2)

    def test_a_document_that_was_never_registered(self):
        self.sql("INSERT INTO document (uid, unit_id, title, created_at, created_by) VALUES ('AAAAAAAAAAAAAAAAAAAA', 1, 'giả', 0, 'x')")
        self.assertEqual(vtlt("index", "rebuild", home=self.archive).code, 0)
        self.assertEqual([(problem["kind"], problem["id"]) for problem in self.problems()], [("catalog", None), ("audit", "AAAAAAAAAAAAAAAAAAAA")])

    def test_a_registered_document_that_is_gone(self):
        uid = self.uid(5)
        self.sql("DELETE FROM job_item WHERE document_id = 5; DELETE FROM file WHERE document_id = 5; DELETE FROM document WHERE id = 5")
        self.assertEqual(vtlt("index", "rebuild", home=self.archive).code, 0)
        self.assertIn(("audit", uid), {(problem["kind"], problem["id"]) for problem in self.problems()})


class History(Meddled):
    def assert_writers_refuse(self, code):
        answer = vtlt("unit", "add", "XY", "--title", "Phòng", "--json", home=self.archive)
        self.assertEqual(answer.code, 7, answer)
        self.assertIn(code, answer.err)
        self.assertEqual(self.kinds() & {"audit"}, {"audit"}, "and the evidence is still there")

    def test_the_last_leaf_removed(self):
        self.sql("DROP TRIGGER audit_leaf_no_delete; DELETE FROM audit_detail WHERE seq = (SELECT max(seq) FROM audit_leaf);"
                 "DELETE FROM audit_leaf WHERE seq = (SELECT max(seq) FROM audit_leaf)")
        self.assert_writers_refuse("audit.rewritten")

    def test_another_root_than_the_sealed_one(self):
        path = self.archive / "audit/checkpoint"
        lines = path.read_text().splitlines()
        path.write_text("\n".join(lines[:2] + ["AAAA" + lines[2][4:]] + lines[3:]) + "\n")
        # What the key has not signed is no checkpoint, whatever it says.
        self.assert_writers_refuse("audit.checkpoint")

    def test_a_history_rewritten_after_a_crash(self):
        # The last checkpoint is older than the tree, as after kill -9: its root is still looked for inside.
        old = (self.archive / "audit/checkpoint").read_bytes()
        self.assertEqual(vtlt("unit", "add", "AB", "--title", "Phòng", home=self.archive).code, 0)
        (self.archive / "audit/checkpoint").write_bytes(old)
        self.assertEqual(vtlt("unit", "add", "AC", "--title", "Phòng", home=self.archive).code, 0)
        (self.archive / "audit/checkpoint").write_bytes(old)
        self.sql("DROP TRIGGER audit_leaf_no_update; UPDATE audit_leaf SET leaf_hash = zeroblob(32) WHERE seq = 2")
        self.assert_writers_refuse("audit.rewritten")

    def test_a_checkpoint_taken_away_is_told_until_somebody_writes(self):
        (self.archive / "audit/checkpoint").unlink()
        self.assertEqual([problem["found"] for problem in self.problems()], ["checkpoint_missing"])
        self.assertEqual([problem["found"] for problem in self.problems()], ["checkpoint_missing"])

    def test_a_catalogue_that_is_no_database_any_more(self):
        with open(self.archive / "catalog.db", "r+b") as catalogue:
            catalogue.seek(100)
            catalogue.write(os.urandom(60_000))
        self.assertEqual(self.kinds(), {"catalog"})


class Index(Meddled):
    def count(self):
        answer = vtlt("search", "lưu trữ", "--json", home=self.archive).json()
        return answer["total"], answer["pending"]

    def test_whatever_is_lost_of_it_comes_back_by_itself(self):
        self.assertEqual(self.count(), (5, 0))
        band = self.archive / "index/open"
        spoil = {
            "index/": lambda: shutil.rmtree(self.archive / "index"),
            "a band": lambda: shutil.rmtree(band),
            "its stub": lambda: (band / "current").unlink(),
            "a stub of nothing": lambda: (band / "current").write_text("auto g999\n"),
            "no stub at all": lambda: (band / "current").write_bytes(os.urandom(40)),
            "the generation": lambda: [shutil.rmtree(folder) for folder in band.glob("g*")],
            "a table": lambda: [table.unlink() for table in band.glob("g*/postlist.glass")],
            "half a table": lambda: [os.truncate(table, 8192) for table in band.glob("g*/postlist.glass")],
            "its version file": lambda: [table.unlink() for table in band.glob("g*/iamglass")],
        }
        for what, work in spoil.items():
            with self.subTest(what):
                work()
                self.assertEqual(self.count(), (5, 0))
                self.assertEqual(self.problems(), [])

    def test_a_package_of_a_query_is_whole_too(self):
        shutil.rmtree(self.archive / "index/open")
        package = self.folder / "p.zip"
        self.assertEqual(vtlt("export", "--query", "lưu trữ", "--to", package, home=self.archive).code, 0)
        self.assertEqual(vtlt("show", "1/BC-CHC", home=self.archive).code, 0)
        self.assertEqual(vtlt("package", "verify", package).code, 0)


class Asking(Meddled):
    def test_a_sample_has_at_least_one_object(self):
        for sample in ("0", "-3"):
            answer = vtlt("verify", "--sample", sample, "--json", home=self.archive)
            self.assertEqual((answer.code, answer.out), (2, ""), answer)
        self.assertEqual(vtlt("verify", "--sample", "3", "--json", home=self.archive).json()["checked"]["objects"], 3)

    def test_it_can_be_interrupted(self):
        with open(self.folder / "in/lon.bin", "wb") as large:
            for _ in range(40):
                large.write(os.urandom(1 << 20) * 20)
        self.ingest(self.archive, self.folder / "in/lon.bin", code=3)
        verify = subprocess.Popen([VTLT, "-C", self.archive, "verify"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.3)
        verify.send_signal(signal.SIGINT)
        out, _ = verify.communicate(timeout=120)
        self.assertIn(verify.returncode, (0, 130))  # a fast machine may be done
        self.assertEqual(out != b"", verify.returncode == 0)

    def test_a_home_on_a_disk_mounted_read_only(self):
        place = self.folder / "mount"
        place.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True)
        if made.returncode != 0:
            self.skipTest("mounting is not allowed here")
        try:
            shutil.copytree(self.archive, place / "home")
            subprocess.run(["mount", "-o", "remount,ro", place], check=True)
            copy = place / "home"
            self.assertEqual(vtlt("verify", "--json", home=copy).json()["problems"], [])
            self.assertEqual(vtlt("index", "check", home=copy).code, 0)
            self.assertEqual(vtlt("search", "lưu trữ", "--json", home=copy).json()["total"], 5)
        finally:
            subprocess.run(["umount", place], check=True)


main()
