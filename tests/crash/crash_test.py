# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills `vtlt ingest`, `vtlt export`, `vtlt secrecy set` and the handing in of uploads at every call that changes a file system, restarts, and looks at the invariants; checks the order of
calls (P2) from the same log, and that leaving out a barrier is noticed. A share of the points outside --all, shifted by commit."""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

from vtlt_case import ALL, SHIFT, SHIM, VTLT, VtltCase, vtlt

SHARE = 10


DRIVER = VTLT.parent / "vtlt-upload-driver"


def shim(program="vtlt", **what):
    env = {"LD_PRELOAD": str(SHIM), "VTLT_SHIM_PROGRAM": program}
    env.update({"VTLT_SHIM_" + key.upper(): str(value) for key, value in what.items()})
    return env


def read_log(path):
    calls = []
    for line in path.read_text(errors="replace").splitlines():
        number, name, first, second = (line.split("\t") + ["", ""])[:4]
        calls.append((int(number), name, first, second))
    return calls


def order_faults(calls, home):
    """P2 and the index's rule, from a log alone: what was not durable when something later relied on it."""
    faults = []
    home = str(home)
    dirty = {}  # file → number of its last write that no barrier has covered
    folders = {}  # folder → number of the last change of its entries that no barrier has covered

    def needed(path):
        return path.startswith(home + "/objects") or "/index/" in path

    def settle(prefixes):
        for table in (dirty, folders):
            for path in [p for p in table if p.startswith(prefixes)]:
                del table[path]

    for number, name, first, second in calls:
        if name in ("write", "pwrite", "writev", "ftruncate", "fallocate"):
            if first.endswith("catalog.db-wal"):
                # A commit may only name objects that are durable in their place; closing outbox rows needs a durable index.
                for table in (dirty, folders):
                    for path in [p for p in table if needed(p)]:
                        faults.append(f"{number}: catalogue written while {path} was not durable (since {table.pop(path)})")
            if first.startswith("pipe:"):
                for path in [p for p in dirty if p.endswith("catalog.db-wal")]:
                    faults.append(f"{number}: answered before the catalogue was durable (since {dirty.pop(path)})")
            dirty[first] = number
        elif name == "open" and "/staging/" in first:
            folders[str(pathlib.Path(first).parent)] = number
        elif name in ("fsync", "fdatasync"):
            dirty.pop(first, None)
            folders.pop(first, None)
        elif name == "syncfs":
            settle((home,))
        elif name in ("rename", "link"):
            if "/objects/" in second and (first in dirty or str(pathlib.Path(first).parent) in folders):
                faults.append(f"{number}: {second} put in place before its bytes and the intent were durable")
            if second.endswith("/current") and any("/index/" in p for p in dirty):
                faults.append(f"{number}: a generation serves before it is durable")
            for path in [path for path in dirty if path == first or path.startswith(first + "/")]:
                dirty[second + path[len(first):]] = dirty.pop(path)
            folders[str(pathlib.Path(second).parent)] = number
        elif name == "mkdir" and "/objects/" in first:
            folders[str(pathlib.Path(first).parent)] = number
    return faults


class CrashCase(VtltCase):
    def make_sources(self):
        folder = self.folder / "in"
        folder.mkdir()
        (folder / "bao-cao.txt").write_text("Số: 3163/BC-BQP\nHà Nội, ngày 5 tháng 8 năm 2021\nBÁO CÁO\nKết quả cải cách hành chính\n")
        (folder / "trang.html").write_text("<html><head><title>Kế hoạch huấn luyện</title></head><body><p>năm 2022</p></body></html>")
        (folder / "rong.txt").write_bytes(b"")
        (folder / "ban-sao.txt").write_bytes((folder / "bao-cao.txt").read_bytes())
        (folder / "la.bin").write_bytes(bytes(range(256)) * 8)
        with zipfile.ZipFile(folder / "goi.zip", "w") as z:
            z.writestr("trong/một.txt", "Thông báo số 12/TB-VP về văn thư")
            z.writestr("trong/hai.txt", "Tờ trình xin kinh phí")
        return folder

    def setUp(self):
        # kill -9 loses nothing that a call has handed to the kernel, so memory is as good a disk as any and far quicker.
        memory = pathlib.Path("/dev/shm")
        if memory.is_dir() and os.access(memory, os.W_OK):
            tempfile.tempdir = str(memory)
        super().setUp()

    def template(self):
        return self.home()

    def copy(self, template, name):
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place)
        return place

    def points(self, count):
        step = 1 if ALL else SHARE
        return range(1 + (0 if ALL else SHIFT % SHARE), count + 1, step)

    def was_killed(self, answer, point, count):
        """A beat of a job's lease makes one run a few calls longer than another; the last points may lie beyond its end."""
        if answer.code != -9:
            self.assertGreater(point, count - 20, answer)
        return answer.code == -9

    def assert_staging_empty(self, home):
        self.assertEqual(list((home / "staging").iterdir()), [])


class IngestCrash(CrashCase):
    def test_every_kill_point_leaves_a_whole_archive_and_resumes(self):
        sources = self.make_sources()
        template = self.template()
        log = self.folder / "log"
        whole = vtlt("ingest", sources, "--json", home=self.copy(template, "whole"), env=shim(log=log))
        self.assertEqual(whole.code, 3, whole)
        expected = {l["source_path"]: (l["outcome"], l["cause"]) for l in whole.lines() if "source_path" in l}
        expected_summary = {k: v for k, v in whole.lines()[-1]["summary"].items() if k != "seconds"}
        count = len(read_log(log))
        self.assertGreater(count, 100)
        tried = 0
        for point in self.points(count):
            with self.subTest(point=point):
                home = self.copy(template, "copy")
                killed = vtlt("ingest", sources, "--json", home=home, env=shim(kill=point))
                if not self.was_killed(killed, point, count):
                    continue
                acknowledged = [l for l in killed.lines() if l.get("id")]
                if ALL or point % 3 == 0:
                    # Killed again while it recovers: at a point that moves with the first one.
                    vtlt("verify", home=home, env=shim(kill=1 + point % 23))
                self.assert_whole(home)
                self.assert_staging_empty(home)
                for line in acknowledged:  # I1: every acknowledged document is there, byte-identical
                    inside = line["source_path"].split("goi.zip/")
                    original = (zipfile.ZipFile(sources / "goi.zip").read(inside[1]) if len(inside) == 2
                                else (sources / line["source_path"]).read_bytes())
                    self.assertEqual(vtlt("cat", line["id"], home=home).raw, original)
                again = vtlt("ingest", sources, "--json", home=home)
                told_all = any("summary" in line for line in killed.lines())
                if told_all and again.lines()[-1]["summary"]["accepted"] == 0:
                    # Killed on its way out, after it had told everything: repeating a finished command gives duplicates.
                    stored = sum(1 for l in whole.lines() if l.get("id"))
                    self.assertEqual(again.lines()[-1]["summary"]["duplicates"], stored + 1)
                else:
                    self.assert_resumed(again, expected, expected_summary, acknowledged)
                self.assert_whole(home)
                self.assertEqual(self.search(home, "cai cach hanh chinh")["total"], 1)
                tried += 1
        print(f"{tried} of {count} kill points of ingest", file=sys.stderr)

    def assert_resumed(self, again, expected, expected_summary, acknowledged):
        """The same command after a kill: outcomes and summary of an unbroken run, and what was acknowledged keeps its identity."""
        self.assertEqual({l["source_path"]: (l["outcome"], l["cause"]) for l in again.lines() if "source_path" in l}, expected)
        self.assertEqual({k: v for k, v in again.lines()[-1]["summary"].items() if k != "seconds"}, expected_summary)
        ids = {l["source_path"]: l["id"] for l in again.lines() if "source_path" in l}
        for line in acknowledged:
            self.assertEqual(ids[line["source_path"]], line["id"])

    def test_a_finished_ingest_repeated_gives_duplicates(self):
        sources = self.make_sources()
        home = self.template()
        first = vtlt("ingest", sources, "--json", home=home)
        second = vtlt("ingest", sources, "--json", home=home)
        self.assertEqual(second.code, 0, second)
        stored = sum(1 for l in first.lines() if l.get("id"))
        self.assertEqual(second.lines()[-1]["summary"]["duplicates"], stored + 1)
        self.assertEqual(second.lines()[-1]["summary"]["accepted"], 0)


class ExportCrash(CrashCase):
    def test_a_killed_export_is_whole_or_absent(self):
        template = self.template()
        self.assertEqual(vtlt("ingest", self.make_sources(), home=template).code, 3)
        log = self.folder / "log"
        out = self.folder / "goi-kiem-tra.zip"
        self.assertEqual(vtlt("export", "--query", "van thu OR kinh phi OR cai cach", "--to", out, home=self.copy(template, "whole"),
                              env=shim(log=log)).code, 0)
        count = len(read_log(log))
        for point in self.points(count):
            with self.subTest(point=point):
                out.unlink(missing_ok=True)
                home = self.copy(template, "copy")
                killed = vtlt("export", "--query", "van thu OR kinh phi OR cai cach", "--to", out, home=home, env=shim(kill=point))
                if not self.was_killed(killed, point, count):
                    continue
                if out.exists():
                    self.assertEqual(vtlt("package", "verify", out).code, 0)
                self.assertEqual([p.name for p in self.folder.iterdir() if "goi-kiem-tra" in p.name and p != out], [])
                self.assert_whole(home)
                out.unlink(missing_ok=True)
                again = vtlt("export", "--query", "van thu OR kinh phi OR cai cach", "--to", out, home=home)
                self.assertEqual(again.code, 0, again)
                self.assert_whole(home)
        print(f"kill points of export: {count}", file=sys.stderr)


class UploadCrash(CrashCase):
    def drive(self, home, sources, **env):
        return vtlt(home, sources, program=DRIVER, env=shim(program="vtlt-upload-driver", **env) if env else None)

    def said(self, answer, word):
        """What each file was told last: name → the fields behind it."""
        lines = [line.split(" ") for line in answer.out.split("\n")[:-1]]
        return {fields[1]: fields[2:] for fields in lines if fields[0] == word}

    def test_what_was_acknowledged_of_an_upload_survives_every_kill_point(self):
        sources = self.make_sources()
        template = self.template()
        log = self.folder / "log"
        whole_home = self.copy(template, "whole")
        whole = self.drive(whole_home, sources, log=log)
        self.assertEqual(whole.code, 0, whole)
        self.assert_whole(whole_home)
        outcomes = {name: fields[1:] for name, fields in self.said(whole, "outcome").items()}
        self.assertEqual(outcomes["goi.zip"], ["done", "accepted", "2"])
        self.assertEqual(outcomes["bao-cao.txt"], ["done", "accepted", "1"])
        self.assertEqual(outcomes["rong.txt"][1], "without_text")
        count = len(read_log(log))
        self.assertGreater(count, 100)
        tried = 0
        for point in self.points(count):
            with self.subTest(point=point):
                home = self.copy(template, "copy")
                killed = self.drive(home, sources, kill=point)
                if not self.was_killed(killed, point, count):
                    continue
                if ALL or point % 3 == 0:
                    vtlt("verify", home=home, env=shim(kill=1 + point % 23))
                self.assert_whole(home)
                again = self.drive(home, sources)
                self.assertEqual(again.code, 0, again)
                for name, (uid, received) in self.said(killed, "received").items():
                    resumed = self.said(again, "created")[name]
                    self.assertEqual(resumed[0], uid)
                    self.assertGreaterEqual(int(resumed[1]), int(received))
                self.assertEqual({n: f[1:] for n, f in self.said(again, "outcome").items()}, outcomes)
                for name, fields in self.said(killed, "completed").items():
                    self.assertEqual(self.said(again, "completed")[name], fields)
                for name, fields in self.said(killed, "outcome").items():
                    self.assertEqual(self.said(again, "outcome")[name], fields)
                for name, fields in self.said(again, "outcome").items():
                    if fields[0] != "-":
                        self.assertEqual(vtlt("cat", fields[0], home=home).raw, (sources / name).read_bytes())
                self.assert_whole(home)
                self.assertEqual(list((home / "staging").rglob("*")), [])
                tried += 1
        print(f"{tried} of {count} kill points of uploads", file=sys.stderr)


class RaiseCrash(CrashCase):
    """A grade goes up and the machine dies: nobody below finds the document once the catalogue says so (I11)."""

    def setUp(self):
        super().setUp()
        self.origin = self.template()
        lines = vtlt("ingest", self.make_sources(), "--json", home=self.origin).lines()
        self.uid = next(line["id"] for line in lines if line.get("outcome") == "accepted" and line["source_path"].endswith("ao.txt"))
        self.assertEqual(vtlt("user", "add", "docgia", "--role", "archivist", "--clearance", "open", "--no-password", home=self.origin).code, 0)
        made = vtlt("user", "token", "docgia", "--title", "t", "--scope=read", "--json", home=self.origin)
        self.token = self.folder / "token"
        self.token.write_text(made.json()["token"] + "\n")
        self.token.chmod(0o600)

    def hide(self, home, **env):
        return vtlt("secrecy", "set", self.uid, "tuyet_mat", "--reason", "nhầm", "--json", home=home, env=shim(**env) if env else None)

    def is_hidden(self, home):
        """By the catalogue's word."""
        now = vtlt("show", self.uid, "--json", home=home).json()["secrecy"]
        self.assertIn(now, ("open", "tuyet_mat"))
        return now == "tuyet_mat"

    def seen_below(self, home, index_may_follow):
        """What the low reader finds; without the lock nobody brings the index up to date for him."""
        lock = None if index_may_follow else os.open(home, os.O_RDONLY)
        if lock is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            ask = ("--token-file", self.token)
            found = vtlt(*ask, "search", "cai cach hanh chinh", "--json", home=home)
            self.assertEqual(found.code, 0, found)
            shown = vtlt(*ask, "show", self.uid, "--json", home=home).code
            told = vtlt(*ask, "cat", self.uid, home=home).code
            return found.json()["total"], len(found.json()["hits"]), shown, told
        finally:
            if lock is not None:
                os.close(lock)

    def test_every_kill_point_of_hiding(self):
        log = self.folder / "log"
        whole = self.copy(self.origin, "whole")
        self.assertEqual(self.seen_below(whole, True), (1, 1, 0, 0))
        done = self.hide(whole, log=log)
        self.assertEqual((done.code, self.is_hidden(whole)), (0, True), done)
        calls = read_log(log)
        self.assertEqual(order_faults(calls, whole), [])
        hidden = (0, 0, 4, 4)
        self.assertEqual(self.seen_below(whole, False), hidden)
        tried = committed = 0
        for point in self.points(len(calls)):
            with self.subTest(point=point):
                home = self.copy(self.origin, "copy")
                killed = self.hide(home, kill=point)
                if not self.was_killed(killed, point, len(calls)):
                    continue
                # The catalogue's word counts, whatever the index says by then.
                is_hidden = self.is_hidden(home)
                seen = self.seen_below(home, False)
                self.assertEqual(seen, hidden if is_hidden else (1, 1, 0, 0))
                committed += is_hidden
                if ALL or point % 3 == 0:
                    vtlt("verify", home=home, env=shim(kill=1 + point % 23))
                self.assert_whole(home)
                self.assert_staging_empty(home)
                again = self.hide(home)
                self.assertEqual(again.code, 0, again)
                for follows in (False, True):
                    self.assertEqual(self.seen_below(home, follows), hidden)
                self.assert_whole(home)
                self.assert_staging_empty(home)
                tried += 1
        self.assertGreater(committed, 0)
        self.assertGreater(tried, committed)
        print(f"{tried} of {len(calls)} kill points of hiding, {committed} after the commit", file=sys.stderr)


class ListCrash(RaiseCrash):
    """The same of a document that comes on a need-to-know list."""

    def setUp(self):
        super().setUp()
        self.list = vtlt("readers", "new", "Tổ công tác", "--json", home=self.origin).json()["id"]

    def hide(self, home, **env):
        return vtlt("readers", "set", self.uid, "--list", self.list, "--reason", "x", "--json", home=home, env=shim(**env) if env else None)

    def is_hidden(self, home):
        now = vtlt("show", self.uid, "--json", home=home).json()["reader_list"]
        self.assertIn(now, (None, self.list))
        return now is not None


class Order(CrashCase):
    def run_logged(self, name, **extra):
        sources = self.folder / "in"
        home = self.copy(self.folder / "home", name)
        log = self.folder / (name + ".log")
        answer = vtlt("ingest", sources, "--json", home=home, env=shim(log=log, **extra))
        self.assertEqual(answer.code, 3, answer)
        return read_log(log), home

    def test_the_order_of_calls_is_right_and_a_missing_barrier_is_noticed(self):
        self.make_sources()
        self.template()
        calls, home = self.run_logged("whole")
        self.assertEqual(order_faults(calls, home), [])
        barriers = [c for c in calls if c[1] in ("fsync", "fdatasync", "syncfs")]
        self.assertGreater(len(barriers), 5)
        noticed, silent = [], []
        for skip in range(1, len(barriers) + 1):
            broken, broken_home = self.run_logged("broken", skip=skip)
            (noticed if order_faults(broken, broken_home) else silent).append(barriers[skip - 1][1:3])
        places = " ".join(path for _, path in noticed)
        for must in ("/staging", "/objects", "catalog.db-wal", "/index/"):
            self.assertIn(must, places, f"leaving out a barrier of {must} was not noticed; noticed {noticed}, silent {silent}")
        print(f"{len(noticed)} of {len(barriers)} barriers noticed when left out; not needed for P2: {silent}", file=sys.stderr)

    def test_the_shim_sees_at_least_what_strace_sees(self):
        if not shutil.which("strace"):
            self.skipTest("skipped: no strace")
        sources = self.make_sources()
        template = self.template()
        trace, log = self.folder / "trace", self.folder / "shim.log"
        watched = [f"--env={name}={value}" for name, value in shim(log=log).items()]
        done = subprocess.run(["strace", "-f", "-y", *watched, "-o", str(trace), "-e",
                               "trace=write,pwrite64,writev,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
                               "rmdir,mkdir,mkdirat,ftruncate,fallocate,chmod,fchmod,open,openat,creat,clone,clone3,fork,vfork",
                               str(VTLT), "-C", str(self.copy(template, "traced")), "ingest", str(sources), "--json"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if "PTRACE" in done.stderr.decode() or not trace.exists() or done.returncode != 3:
            self.skipTest("skipped: tracing is not allowed here")
        ours, seen = set(), 0
        for line in trace.read_text(errors="replace").splitlines():
            pid, call = line.split(None, 1)
            if call.startswith(("+++", "---")):
                continue
            if not ours:
                ours.add(pid)
            if pid not in ours:
                continue
            thread = re.match(r"clone3?\(.*CLONE_THREAD.*= (\d+)$", call)
            if thread:
                ours.add(thread.group(1))
            name = call.split("(", 1)[0]
            if name in ("clone", "clone3", "fork", "vfork") or "resumed>" in call.split("(", 1)[0]:
                continue
            if str(log) in call:
                continue  # the shim's own
            if name in ("open", "openat") and not re.search(r"O_CREAT|O_TRUNC|O_TMPFILE", call):
                continue
            seen += 1
        calls = read_log(log)
        self.assertGreater(seen, 100)
        self.assertGreaterEqual(len(calls), seen, f"shim {len(calls)}, strace {seen}")
        print(f"shim {len(calls)} calls, strace {seen}", file=sys.stderr)


if __name__ == "__main__":
    import unittest

    part = sys.argv.pop(1)
    wanted = {"ingest": IngestCrash, "export": ExportCrash, "upload": UploadCrash, "raise": RaiseCrash, "list": ListCrash, "order": Order}[part]
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(wanted)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(0 if result.wasSuccessful() else 1)
