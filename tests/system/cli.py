# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract of the command line (product.md §2.1): outcomes, exit codes, JSON, resuming, locking, finding."""
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
import unittest
import zipfile

from vtlt_case import VTLT, VtltCase, main, vtlt

REPORT = """BỘ TƯ LỆNH MIỀN TRUNG SƠN
CỤC HẬU CẦN
Số: 3163/BC-CHC
Hà Nội, ngày 5 tháng 8 năm 2021
BÁO CÁO
Kết quả công tác văn thư, lưu trữ năm 2021
Toàn cục đã lập 1.284 hồ sơ, đúng hạn 98 %.
"""


class Init(VtltCase):
    def test_a_folder_that_is_not_empty_is_refused(self):
        home = self.home()
        self.assertEqual(vtlt("init", home).code, 5)
        self.assertEqual(vtlt("-C", self.folder / "nowhere", "show", "X").code, 4)

    def test_the_home_is_closed_to_others(self):
        home = self.home()
        self.assertEqual(oct(home.stat().st_mode & 0o777), "0o710")
        for name in ("objects", "audit", "keys", "index", "staging"):
            self.assertEqual(oct((home / name).stat().st_mode & 0o777), "0o700", name)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "skipped: needs root and setpriv")
    def test_a_place_that_is_not_permitted_is_exit_6_in_words(self):
        home = self.home()
        os.chmod(self.folder, 0o755)
        stranger = lambda *arguments: subprocess.run(
            ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", str(VTLT), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"LANG": "C.UTF-8"})
        for command in (["show", "1/X"], ["search", "x"], ["ingest", "/etc/hostname"], ["verify"], ["unit", "list"], ["job", "list"]):
            answer = stranger("-C", home, *command)
            self.assertEqual((answer.returncode, answer.stdout), (6, ""), answer)
            self.assertIn(str(home), answer.stderr)
            self.assertIn("Tài khoản này không được phép", answer.stderr)
        problem = json.loads(stranger("-C", home, "show", "1/X", "--json").stderr)
        self.assertEqual((problem["kind"], problem["code"], problem["status"]), ("forbidden", "file.forbidden", 403))
        for place in (self.folder / "new", self.folder / "deep/er", home / "inside"):
            answer = stranger("init", place)
            self.assertEqual(answer.returncode, 6, answer)
            self.assertNotIn("XXXXXX", answer.stderr)
        doctor = json.loads(stranger("-C", home, "doctor", "--json").stdout)
        self.assertEqual([c["state"] for c in doctor["checks"] if c["check"] == "archive"], ["failed"])

    def test_a_home_without_a_name_is_a_value_that_cannot_be(self):
        self.assertEqual(vtlt("init", "").code, 2)
        self.assertEqual(vtlt("-C", "", "unit", "list").code, 2)

    def test_usage_errors_are_exit_2_and_say_so_in_json(self):
        answer = vtlt("ingest", "--json")
        self.assertEqual((answer.code, answer.out), (2, ""))
        self.assertEqual(json.loads(answer.err)["code"], "cli.usage")
        self.assertEqual(vtlt("no-such-command").code, 2)
        self.assertEqual(vtlt("search", "--json", "--limit", "201", "x", home=self.home()).code, 2)

    def test_a_mistyped_command_or_option_is_named_with_its_nearest(self):
        for typed, word, near in ((["searhc", "x"], "searhc", "search"), (["dossier", "shwo", "x"], "shwo", "show"),
                                  (["search", "x", "--limt", "3"], "--limt", "--limit"), (["--jsno", "search", "x"], "--jsno", "--json"),
                                  (["nosuch"], "nosuch", None), (["index", "frobnicate"], "frobnicate", None),
                                  (["search", "x", "--frobnicate"], "--frobnicate", None), (["show", "x", "-z"], "-z", None)):
            answer = vtlt(*typed)
            self.assertEqual((answer.code, answer.out), (2, ""), answer)
            self.assertIn(word, answer.err)
            self.assertIn(f"có phải là {near}?" if near else "không có", answer.err)
            self.assertIn("--help", answer.err)

    def test_usage_errors_speak_vietnamese(self):
        file = self.write("a.txt", REPORT)
        for typed, said in (([], "thiếu tên lệnh"), (["dossier"], "thiếu tên lệnh"), (["ingest"], "thiếu PATH"), (["show"], "thiếu ID"),
                            (["unit", "add", "X"], "thiếu --title"), (["search", "x", "--limit"], "thiếu giá trị sau --limit"),
                            (["search", "x", "--limit", "abc"], "--limit không nhận giá trị abc"),
                            (["search", "x", "--limit", "1", "--limit", "2"], "--limit chỉ được viết một lần"),
                            (["verify", "--all", "--sample", "3"], "không dùng cùng"), (["show", "a", "b"], "thừa b"),
                            (["--lang", "fr", "unit", "list"], "--lang phải là vi | en")):
            answer = vtlt(*typed)
            self.assertEqual((answer.code, answer.out), (2, ""), answer)
            self.assertIn("Sai cú pháp lệnh: ", answer.err)
            self.assertIn(said, answer.err)
        self.assertIn("Wrong usage: PATH is missing.", vtlt("ingest", "--lang", "en").err)

    def test_the_help_speaks_vietnamese(self):
        for command in ([], ["search"], ["dossier"], ["dossier", "new"], ["verify"], ["ingest"]):
            answer = vtlt(*command, "--help")
            self.assertEqual(answer.code, 0, answer)
            self.assertIn("Cách dùng: ", answer.out)
            for word in ("Usage", "Option", "OPTION", "SUBCOMMAND", "Subcommand", "REQUIRED", "Positional", "TEXT", "INT", "Env:",
                         "Excludes", "Print this", "Display program"):
                self.assertNotIn(word, answer.out, command)
        english = vtlt("search", "--help", "--lang", "en").out
        self.assertIn("Usage: ", english)
        self.assertNotIn("Tùy chọn", english)

    def test_both_languages_speak(self):
        vi = vtlt("--lang", "vi", "show", "0" * 20, home=self.home())
        en = vtlt("show", "0" * 20, "--lang", "en", home=self.folder / "home")
        self.assertEqual((vi.code, en.code), (4, 4))
        self.assertIn("Không có tài liệu", vi.err)
        self.assertIn("There is no such document", en.err)

    def test_now_is_for_test_clocks_when_writing(self):
        home = self.home()
        file = self.write("a.txt", REPORT)
        self.assertEqual(vtlt("ingest", file, "--now", "2022-01-01", home=home).code, 2)
        other = self.home("clocked", "--test-clock")
        self.assertEqual(vtlt("ingest", file, "--now", "2022-01-01", home=other).code, 0)
        hit = self.search(other, "van thu")["hits"][0]
        shown = vtlt("show", hit["id"], "--json", home=other).json()
        self.assertEqual(shown["created_at"], "2021-12-31T17:00:00.000Z")


class Organise(VtltCase):
    def test_what_cannot_be_a_code_title_or_year_is_refused_with_its_reason(self):
        home = self.home()
        add = lambda *a: vtlt("unit", "add", *a, home=home)
        new = lambda *a: vtlt("dossier", "new", *a, home=home)
        self.assertEqual(add("U1", "--title", "Đơn vị").code, 0)
        self.assertEqual(new("01", "--title", "Hồ sơ", "--year", "2021").code, 0)
        for answer, code, said in (
                (add("..", "--title", "X"), 2, "hệ thống tệp"), (add(".", "--title", "X"), 2, "hệ thống tệp"),
                (add("x ", "--title", "X"), 2, "kết thúc bằng dấu cách"), (add("", "--title", "X"), 2, "để trống"),
                (add("U2", "--title", ""), 2, "để trống"), (add("U2", "--title", "  "), 2, "để trống"),
                (add("U2", "--title", b"\xff\xfe"), 2, "UTF-8"), (add(b"U\xff", "--title", "X"), 2, "UTF-8"),
                (add("u1", "--title", "X"), 5, "Đã có đơn vị U1"), (add("U1", "--title", "X"), 5, "Đã có đơn vị U1"),
                (new("..", "--title", "X"), 2, "hệ thống tệp"), (new("02", "--title", ""), 2, "để trống"),
                (new("02", "--title", b"\xff"), 2, "UTF-8"), (new("02", "--title", "X", "--unit", b"\xff"), 2, "UTF-8"),
                (new("02", "--title", "X", "--year", "0"), 2, "1900–2200"), (new("02", "--title", "X", "--year", "99999"), 2, "1900–2200"),
                (vtlt("init", self.folder / "other", "--unit-title", " "), 2, "để trống"),
                (vtlt("init", self.folder / "other", "--unit-code", ".."), 2, "hệ thống tệp"),
                (vtlt("init", self.folder / "other", "--unit-code", b"\xff"), 2, "UTF-8")):
            self.assertEqual((answer.code, answer.out), (code, ""), answer)
            self.assertIn(said, answer.err)
        problem = json.loads(vtlt("unit", "add", "x ", "--title", "X", "--json", home=home).err)
        self.assertEqual((problem["code"], problem["errors"][0]["code"]), ("unit.bad_code", "code.blank_at_end"))
        self.assertEqual(len(vtlt("unit", "list", "--json", home=home).json()["units"]), 2)
        self.assertEqual(len(vtlt("dossier", "list", "--json", home=home).json()["dossiers"]), 1)


class Ingest(VtltCase):
    def test_outcomes_causes_and_exit_codes(self):
        home = self.home()
        self.write("in/bao-cao.txt", REPORT)
        self.write("in/ban-sao.txt", REPORT)
        self.write("in/rong.txt", b"")
        self.write("in/la.bin", bytes(range(256)) * 4)
        self.write("in/cu.txt", "Bộ".encode("utf-8")[:-1] + b"\xff\xfe\xfd abc")
        os.symlink("/etc/passwd", self.folder / "in/link")
        os.mkfifo(self.folder / "in/fifo")
        answer = self.ingest(home, self.folder / "in", code=3)
        outcomes = self.outcomes(answer)
        self.assertEqual(outcomes["ban-sao.txt"], ("accepted", None))
        self.assertEqual(outcomes["bao-cao.txt"], ("duplicate", None))
        self.assertEqual(outcomes["rong.txt"], ("without_text", "empty"))
        self.assertEqual(outcomes["la.bin"], ("without_text", "unknown_format"))
        self.assertEqual(outcomes["cu.txt"], ("without_text", "unknown_encoding"))
        self.assertEqual(outcomes["link"], ("failed", "special_file"))
        self.assertEqual(outcomes["fifo"], ("failed", "special_file"))
        self.assertEqual([l["source_path"] for l in answer.lines()[:-1]],
                         ["ban-sao.txt", "bao-cao.txt", "cu.txt", "fifo", "la.bin", "link", "rong.txt"])
        summary = self.summary(answer)
        self.assertEqual([summary[k] for k in ("accepted", "duplicates", "without_text", "failed")], [1, 1, 3, 2])
        self.assert_whole(home)

    def test_numbers_sort_as_people_count(self):
        home = self.home()
        for n in (10, 9, 1, 2):
            self.write(f"in/van ban {n}.txt", f"văn bản số {n}")
        answer = self.ingest(home, self.folder / "in", code=0)
        self.assertEqual([l["source_path"] for l in answer.lines()[:-1]],
                         ["van ban 1.txt", "van ban 2.txt", "van ban 9.txt", "van ban 10.txt"])

    def test_containers_are_opened_and_their_members_are_the_documents(self):
        home = self.home()
        inner = self.folder / "inner.zip"
        with zipfile.ZipFile(inner, "w") as z:
            z.writestr("sâu/bốn.txt", "bốn phương")
        with zipfile.ZipFile(self.folder / "a.zip", "w") as z:
            z.writestr("inner/một.txt", "một hai ba")
            z.writestr("../thoát.txt", "ra ngoài")
            z.write(inner, "inner.zip")
        outcomes = self.outcomes(self.ingest(home, self.folder / "a.zip", code=3))
        self.assertEqual(outcomes["a.zip/inner/một.txt"], ("accepted", None))
        self.assertEqual(outcomes["a.zip/../thoát.txt"], ("failed", "unsafe_name"))
        self.assertEqual(outcomes["a.zip/inner.zip/sâu/bốn.txt"], ("accepted", None))
        for kind in ("gztar", "tar"):
            name = shutil.make_archive(str(self.folder / ("k" + kind)), kind, self.folder, "inner.zip")
            self.assertEqual(self.outcomes(self.ingest(home, name)).popitem()[1][0], "duplicate")

    def test_a_broken_or_locked_container_is_kept_as_one_file(self):
        home = self.home()
        with zipfile.ZipFile(self.folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("x.txt", "văn thư " * 5000)
        whole = (self.folder / "a.zip").read_bytes()
        cut = self.write("cut.zip", whole[: len(whole) // 2])
        self.assertEqual(self.outcomes(self.ingest(home, cut))["cut.zip"], ("without_text", "damaged"))
        self.assert_whole(home)

    def test_the_same_bytes_in_another_dossier_are_a_second_document(self):
        home = self.home()
        file = self.write("a.txt", REPORT)
        for code in ("01.TCCB", "02.VTLT"):
            self.assertEqual(vtlt("dossier", "new", code, "--title", "Hồ sơ " + code, "--year", "2021", home=home).code, 0)
        first = self.ingest(home, file, "--dossier", "01.TCCB", code=0).lines()[0]
        again = self.ingest(home, file, "--dossier", "CQ/2021/01.TCCB", code=0).lines()[0]
        second = self.ingest(home, file, "--dossier", "02.VTLT", code=0).lines()[0]
        self.assertEqual((again["outcome"], again["duplicate_of"]), ("duplicate", first["id"]))
        self.assertEqual((second["outcome"], second["duplicate_of"]), ("accepted", first["id"]))
        self.assertNotEqual(second["id"], first["id"])
        objects = [p for p in (home / "objects").rglob("*") if p.is_file()]
        self.assertEqual(len(objects), 2)  # one original, one text
        self.assertEqual(vtlt("ingest", file, "--dossier", "99", home=home).code, 4)

    def test_a_secret_document_lives_in_its_own_band(self):
        home = self.home("home", "--highest", "mat")
        file = self.write("a.txt", REPORT)
        self.assertEqual(vtlt("ingest", file, "--secrecy", "toi_mat", home=home).code, 2)
        self.ingest(home, file, "--secrecy", "mat", code=0)
        self.assertTrue((home / "objects/mat").is_dir())
        self.assertFalse((home / "objects/open").exists())
        self.assertEqual(self.search(home, "mat:mat")["total"], 1)
        self.assertEqual(self.search(home, "mat:open")["total"], 0)

    def test_number_date_kind_and_title_are_read(self):
        home = self.home()
        self.ingest(home, self.write("a.txt", REPORT), code=0)
        shown = vtlt("show", "3163/BC-CHC", "--json", home=home).json()
        self.assertEqual((shown["number"], shown["symbol"], shown["kind"], shown["issued_on"]), ("3163", "BC-CHC", "BC", "2021-08-05"))
        self.assertIn("văn thư, lưu trữ", shown["title"])

    def test_a_document_is_shown_however_its_name_is_typed(self):
        home = self.home()
        self.ingest(home, self.write("a.txt", REPORT), code=0)
        uid = vtlt("show", "3163/BC-CHC", "--json", home=home).json()["id"]
        for name in (uid, uid.lower(), "3163/bc-chc", "03163/BC-CHC"):
            self.assertEqual(vtlt("show", name, "--json", home=home).json()["id"], uid, name)
        shown = vtlt("show", uid, home=home).out
        self.assertIn("Ngày ban hành: 5/8/2021\n", shown)
        self.assertIn("Độ mật: không mật\n", shown)
        self.assertNotRegex(shown, r"[0-9]T[0-9]{2}:")
        self.assertIn("Không có tài liệu 9/XYZ.", vtlt("show", "9/XYZ", home=home).err)
        self.write("in/b.txt", REPORT + "bản hai")
        self.ingest(home, self.folder / "in", code=0)
        answer = vtlt("show", "3163/BC-CHC", home=home)
        self.assertEqual(answer.code, 5)
        self.assertIn("Có 2 tài liệu", answer.err)
        self.assertIn("vtlt search 'so:3163/BC-CHC'", answer.err)

    def test_plain_words_for_people(self):
        home = self.home()
        summary = vtlt("ingest", self.write("rỗng.txt", b""), home=home)
        self.assertEqual(summary.code, 3)
        self.assertIn("1 × tệp rỗng\n", summary.out)
        self.assertRegex(summary.out, r"0,0 MB · [0-9]+,[0-9] giây")
        self.assertRegex(vtlt("ingest", self.write("a.txt", REPORT), "--lang", "en", home=home).out, r"0\.0 MB")
        empty = self.search(home, "mat:open", "--limit", "200")["hits"]
        uid = next(h["id"] for h in empty if h["source_path"] == "rỗng.txt")
        self.assertIn("(tệp rỗng)", vtlt("cat", uid, "--text", home=home).err)
        self.assertTrue(vtlt("search", "van thu", "--lang", "en", home=home).out.startswith("1 document\n"))
        self.assertIn("không có thư mục", vtlt("export", "--query", "van", "--to", self.folder / "nofolder/a.zip", home=home).err.lower())
        self.assertIn("nofolder", vtlt("export", "--query", "van", "--to", self.folder / "nofolder/a.zip", home=home).err)

    def test_a_job_that_runs_is_told_from_one_that_waits(self):
        home = self.home()
        for n in range(300):
            self.write(f"in/{n}.txt", f"Báo cáo số {n}\n" + "nội dung " * n)
        process = subprocess.Popen([str(VTLT), "-C", str(home), "ingest", str(self.folder / "in"), "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertIn("chưa xong", vtlt("job", "list", home=home).out)
        lock = os.open(home, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.assertIn("chưa xong", vtlt("job", "list", home=home).out, "somebody else's lock does not make it run")
        os.close(lock)
        process = subprocess.Popen([str(VTLT), "-C", str(home), "ingest", str(self.folder / "in"), "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        for _ in range(5):
            process.stdout.readline()
        self.assertIn("đang chạy", vtlt("job", "list", home=home).out)
        process.kill()
        process.communicate(timeout=60)
        self.assertIn("chưa xong", vtlt("job", "list", home=home).out, "the dead run nothing")

    def test_a_job_is_shown_cancelled_and_tried_again(self):
        home = self.home()
        self.write("in/a.txt", REPORT)
        broken = self.write("in/b.txt", b"")
        self.ingest(home, self.folder / "in", code=3)
        job = vtlt("job", "list", "--json", home=home).json()["jobs"][0]
        self.assertEqual((job["kind"], job["state"], job["outcome"]), ("ingest", "finished", "partial"))
        self.assertEqual(job["progress"]["items_done"], 2)
        shown = vtlt("job", "show", job["id"], "--failed", "--json", home=home).json()
        self.assertEqual([(i["source_path"], i["cause"]) for i in shown["items"]], [("b.txt", "empty")])
        self.assertEqual(shown["job"]["result"]["accepted"], 1)
        again = vtlt("job", "retry", job["id"], "--json", home=home)
        self.assertEqual(again.code, 3, again)
        self.assertEqual([l["source_path"] for l in again.lines() if "source_path" in l], ["b.txt"])
        self.assertEqual(vtlt("job", "cancel", job["id"], home=home).code, 5)
        self.assertEqual(vtlt("job", "show", "0123456789ABCDEFGHJK", home=home).code, 4)
        self.assertEqual(vtlt("job", "list", "--state", "asleep", home=home).code, 2)
        self.assertTrue(broken.exists())
        self.assert_whole(home)
        self.assertEqual(vtlt("job", "list", "--kind", "verify", "--json", home=home).json()["jobs"][0]["outcome"], "done")

    def test_nothing_changes_in_a_dry_run(self):
        home = self.home()
        self.write("in/a.txt", REPORT)
        answer = self.ingest(home, self.folder / "in", "--dry-run", code=0)
        self.assertEqual(answer.lines()[0]["outcome"], "accepted")
        self.assertEqual(self.search(home, "van thu")["total"], 0)
        self.assertEqual(self.outcomes(self.ingest(home, self.folder / "in", code=0))["a.txt"], ("accepted", None))

    def test_ctrl_c_stops_and_the_same_command_goes_on(self):
        home = self.home()
        for n in range(400):
            self.write(f"in/{n}.txt", f"Báo cáo số {n}\n" + "nội dung " * n)
        process = subprocess.Popen([str(VTLT), "-C", str(home), "ingest", str(self.folder / "in"), "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        answer = self.ingest(home, self.folder / "in", code=0)
        self.assertEqual(self.summary(answer)["accepted"], 400)
        self.assertTrue(any(l.get("resumed") for l in answer.lines()))
        self.assert_whole(home)

    def test_a_second_writer_waits_and_then_says_who_is_in_the_way(self):
        home = self.home()
        lock = os.open(home, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = time.monotonic()
        answer = vtlt("ingest", self.write("a.txt", REPORT), home=home)
        self.assertEqual(answer.code, 5, answer)
        self.assertGreater(time.monotonic() - started, 4)
        os.close(lock)


class Find(VtltCase):
    def setUp(self):
        super().setUp()
        self.archive = self.home()
        self.write("in/a.txt", REPORT)
        self.write("in/b.txt", "Quyết định về khen thưởng\n" + "ma trận má mạ " * 3)
        self.write("in/c.txt", "Thông tư hướng dẫn\f trang hai nói về hòa giải ở cơ sở")
        self.ingest(self.archive, self.folder / "in", code=0)

    def test_with_and_without_accents_the_same_documents(self):
        for typed, bare in (("quyết định", "quyet dinh"), ("hồ sơ", "ho so"), ("hoà giải", "hoa giai"), ("đúng hạn", "dung han")):
            self.assertEqual({h["id"] for h in self.search(self.archive, typed)["hits"]},
                             {h["id"] for h in self.search(self.archive, bare)["hits"]}, typed)

    def test_exact_accents_come_first(self):
        self.ingest(self.archive, self.write("d.txt", "mã số định danh"), code=0)
        self.assertEqual(self.search(self.archive, "mã")["hits"][0]["source_path"], "d.txt")
        self.assertEqual(self.search(self.archive, "mạ")["hits"][0]["source_path"], "b.txt")

    def test_a_number_is_found_however_it_is_typed(self):
        for query in ("3163/BC-CHC", "3163 bc chc", "3163", "so:3163/BC-CHC", "number:3163", "báo cáo 3163"):
            self.assertEqual(self.search(self.archive, query)["hits"][0]["source_path"], "a.txt", query)

    def test_fields_ranges_and_operators(self):
        total = lambda query: self.search(self.archive, query)["total"]
        self.assertEqual(total("ngay:2019..2021"), 1)
        self.assertEqual(total("ngay:2021-08"), 1)
        self.assertEqual(total("date:..2020"), 0)
        self.assertEqual(total("loai:BC"), 1)
        self.assertEqual(total("văn thư OR khen thưởng"), 2)
        self.assertEqual(total("khen thưởng NOT ma"), 0)
        self.assertEqual(total('"trang hai"'), 1)
        self.assertEqual(total('"hai trang"'), 0)

    def test_a_word_with_a_dash_reaches_the_query(self):
        query = lambda *words: vtlt("search", *words, "--json", home=self.archive).json()["query"]
        self.assertEqual(query("thuế", "-phí"), "thuế -phí")
        self.assertEqual(query("-phí", "thuế"), "-phí thuế")
        self.assertEqual(query("-Công", "-5", "[a,b]"), "-Công -5 [a,b]")
        after = vtlt("search", "--json", "--", "-phí", "--limit", "--json", home=self.archive)
        self.assertEqual(after.json()["query"], "-phí --limit --json")
        self.assertEqual(vtlt("search", "văn", "thư", "-cục", "--count", home=self.archive).out, "0\n")
        self.assertEqual(vtlt("search", "x", "-C", self.archive, "--count", "--limit", "5").out, "0\n")
        self.assertEqual(vtlt("search", "x", "--phí", home=self.archive).code, 2)
        self.assertEqual(vtlt("search", "-h").code, 0)

    def test_a_file_whose_name_begins_with_a_dash_can_be_named(self):
        self.write("-x.txt", "văn bản gạch ngang")
        self.write("[ngoặc, vuông]", "văn bản ngoặc vuông")
        done = subprocess.run([str(VTLT), "-C", str(self.archive), "ingest", "[ngoặc, vuông]", "--", "-x.txt"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done)

    def test_a_hit_tells_its_page_and_lights_its_words(self):
        hit = self.search(self.archive, "hòa giải")["hits"][0]
        self.assertEqual((hit["source_path"], hit["page"], hit["file"]), ("c.txt", 2, 1))
        lit = [hit["snippet"][start:start + length] for start, length in hit["marks"]]
        self.assertIn("hòa", " ".join(lit))

    def test_words_that_cannot_be_had_together_relax(self):
        answer = self.search(self.archive, "khen thưởng xuất sắc phi thường")
        self.assertEqual((answer["mode"], answer["total"]), ("relaxed", 0))
        self.assertTrue(answer["hits"][0]["relaxed"])
        self.assertTrue(answer["dropped"])

    def test_what_is_found_is_printed_as_a_list(self):
        for form, beginning in (("pdf", b"%PDF-"), ("xlsx", b"PK"), ("docx", b"PK"), ("html", b"<section")):
            answer = vtlt("search", "báo", "cáo", "--list", form, home=self.archive)
            self.assertEqual((answer.code, answer.raw[:len(beginning)]), (0, beginning), answer)
        self.assertEqual(vtlt("search", "x", "--list", "exe", home=self.archive).code, 2)

    def test_what_does_not_parse_is_searched_literally(self):
        answer = self.search(self.archive, '"khen thưởng')
        self.assertEqual(answer["syntax"]["at"], 0)
        self.assertEqual(answer["hits"][0]["source_path"], "b.txt")

    def test_pages_follow_one_another_without_a_gap(self):
        for n in range(25):
            self.write(f"more/{n}.txt", f"Công văn thứ {n} về phòng cháy")
        self.ingest(self.archive, self.folder / "more", code=0)
        seen, cursor = [], None
        while True:
            answer = self.search(self.archive, "phong chay", "--limit", "7", *(["--cursor", cursor] if cursor else []))
            seen += [h["id"] for h in answer["hits"]]
            self.assertEqual(answer["total"], 25)
            cursor = answer["next_cursor"]
            if not cursor:
                break
        self.assertEqual((len(seen), len(set(seen))), (25, 25))
        self.assertEqual(vtlt("search", "x", "--cursor", "rubbish", home=self.archive).code, 2)

    def test_a_batch_answers_line_by_line(self):
        batch = self.write("queries", "van thu\n\nkhen thuong\n")
        lines = vtlt("search", "--batch", batch, "--json", home=self.archive).lines()
        self.assertEqual(len(lines), 3)
        self.assertEqual((lines[0]["total"], lines[1]["error"]["code"], lines[2]["total"]), (1, "search.blank_line", 1))

    def test_a_batch_that_cannot_be_one_is_refused(self):
        batch = self.write("queries", "van thu\n")
        self.assertEqual(vtlt("search", "--batch", self.folder, home=self.archive).code, 2)
        self.assertEqual(vtlt("search", "--batch", self.folder / "nothing", home=self.archive).code, 4)
        self.assertEqual(vtlt("search", "--batch", "", home=self.archive).code, 4)
        beside = vtlt("search", "khen", "--batch", batch, "--json", home=self.archive)
        self.assertEqual((beside.code, json.loads(beside.err)["code"]), (2, "search.query_beside_batch"))
        self.assertEqual(vtlt("search", "--cursor", "x", "--batch", batch, home=self.archive).code, 2)

    def test_a_batch_in_plain_text(self):
        batch = self.write("queries", "van thu\r\n\r\nkhen thuong\nkhongcotrongkho\n")
        counts = vtlt("search", "--batch", batch, "--count", home=self.archive)
        self.assertEqual(counts.out.splitlines(), ["1", "# Dòng trống.", "1", "0"])
        answers = vtlt("search", "--batch", batch, home=self.archive)
        self.assertNotIn("{", answers.out)
        self.assertNotIn("\r", answers.out)
        self.assertEqual([l for l in answers.out.splitlines() if l.startswith("# ")],
                         ["# van thu", "# Dòng trống.", "# khen thuong", "# khongcotrongkho"])
        lines = vtlt("search", "--batch", batch, "--json", home=self.archive).lines()
        self.assertEqual([l.get("query") for l in lines], ["van thu", None, "khen thuong", "khongcotrongkho"])

    def test_relaxed_means_the_same_in_a_batch(self):
        batch = self.write("queries", "khen thưởng xuất sắc phi thường\n")
        alone = self.search(self.archive, "khen thưởng xuất sắc phi thường", "--relaxed")
        self.assertEqual(vtlt("search", "--batch", batch, "--relaxed", "--json", home=self.archive).lines(), [alone])

    def test_a_limit_that_cannot_be_tells_what_can(self):
        for limit in ("-1", "0", "201", "-9223372036854775808"):
            answer = vtlt("search", "x", "--limit", limit, home=self.archive)
            self.assertEqual(answer.code, 2, answer)
            self.assertIn(f"phải từ 1 đến 200, không phải {limit}.", answer.err)
        self.assertEqual(vtlt("search", "x", "--limit", "99999999999999999999", home=self.archive).code, 2)

    def test_a_deleted_index_comes_back(self):
        shutil.rmtree(self.archive / "index")
        self.assertEqual(self.search(self.archive, "van thu")["total"], 1)
        self.assert_whole(self.archive)

    def test_cat_gives_the_original_and_the_text(self):
        hit = self.search(self.archive, "hoa giai")["hits"][0]
        self.assertEqual(vtlt("cat", hit["id"], home=self.archive).raw, (self.folder / "in/c.txt").read_bytes())
        self.assertEqual(vtlt("cat", hit["id"], "--text", home=self.archive).out.count("\f"), 1)
        self.assertEqual(vtlt("cat", "0" * 20, home=self.archive).code, 4)

    def test_cat_of_an_object_that_is_gone_is_an_integrity_failure(self):
        hit = self.search(self.archive, "hoa giai")["hits"][0]
        shutil.rmtree(self.archive / "objects/open")
        for flags in ([], ["--text"]):
            answer = vtlt("cat", hit["id"], *flags, home=self.archive)
            self.assertEqual((answer.code, answer.out), (7, ""), answer)
            self.assertIn("vtlt verify", answer.err)
            problem = json.loads(vtlt("cat", hit["id"], *flags, "--json", home=self.archive).err)
            self.assertEqual((problem["kind"], problem["code"]), ("corrupt", "object.missing"))


class Verify(VtltCase):
    """Each kind of damage is found and named."""

    def setUp(self):
        super().setUp()
        self.archive = self.home()
        self.ingest(self.archive, self.write("a.txt", REPORT), code=0)
        self.original = next((self.archive / "objects").rglob(hashlib.sha256(REPORT.encode()).hexdigest()))

    def kinds(self):
        answer = vtlt("verify", "--json", home=self.archive)
        self.assertEqual(answer.code, 7, answer)
        self.assertFalse(answer.json()["ok"])
        return {p["kind"] for p in answer.json()["problems"]}

    def test_a_flipped_byte(self):
        content = bytearray(self.original.read_bytes())
        content[10] ^= 1
        os.chmod(self.original, 0o600)
        self.original.write_bytes(content)
        self.assertEqual(self.kinds(), {"changed"})

    def test_a_deleted_object(self):
        self.original.unlink()
        self.assertEqual(self.kinds(), {"missing"})

    def test_a_stray_file_stays_and_is_reported(self):
        stray = self.original.parent / "la.txt"
        stray.write_text("ai đặt vào đây?")
        self.assertEqual(self.kinds(), {"untracked"})
        self.assertTrue(stray.exists())

    def test_an_edited_history(self):
        import sqlite3

        with sqlite3.connect(self.archive / "catalog.db") as db:
            db.execute("DROP TRIGGER audit_leaf_no_update")
            db.execute("UPDATE audit_leaf SET leaf = replace(leaf, 'document.registered', 'document.destroyed') WHERE seq = 2")
        self.assertIn("audit", self.kinds())
        answer = vtlt("audit", "verify", "--json", home=self.archive)
        self.assertEqual((answer.code, answer.json()["first_bad"]["event"]), (7, 2))

    def test_a_shortened_history(self):
        import sqlite3

        with sqlite3.connect(self.archive / "catalog.db") as db:
            db.execute("DROP TRIGGER audit_leaf_no_delete")
            db.execute("DELETE FROM audit_detail WHERE seq = 3")
            db.execute("DELETE FROM audit_leaf WHERE seq = 3")
        self.assertIn("audit", self.kinds())

    def test_a_document_the_index_does_not_know(self):
        import sqlite3

        with sqlite3.connect(self.archive / "catalog.db") as db:
            db.execute("INSERT INTO document (uid, unit_id, title, created_at, created_by) VALUES ('00000000000000000000', 1, 'lạ', 0, 'x')")
        self.assertEqual(self.kinds(), {"index", "audit", "catalog"})  # nor do the history and the count of documents

    def test_an_old_catalogue_put_back_is_noticed(self):
        backup = self.folder / "old.db"
        shutil.copy(self.archive / "catalog.db", backup)
        self.ingest(self.archive, self.write("b.txt", "tài liệu mới"), code=0)
        for name in ("catalog.db-wal", "catalog.db-shm"):
            (self.archive / name).unlink(missing_ok=True)
        shutil.copy(backup, self.archive / "catalog.db")
        self.assertEqual(vtlt("ingest", self.write("c.txt", "nữa"), home=self.archive).code, 7)


if __name__ == "__main__":
    main()
