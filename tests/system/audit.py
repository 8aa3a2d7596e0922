# SPDX-License-Identifier: GPL-3.0-or-later
"""The history as an auditor gets it: files, and a verifier that is not ours to trust (core/src/audit/assets/verify_audit.py)."""
import csv
import functools
import hashlib
import importlib.util
import io
import json
import multiprocessing
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
import urllib.parse
import zipfile

from vtlt_case import ALL, BUILD, SHIFT, SOURCE, VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server, add_person

SCRIPT = SOURCE / "core/src/audit/assets/verify_audit.py"
sys.path.insert(0, str(SCRIPT.parent))
sys.dont_write_bytecode = True
import verify_package  # noqa: E402


def load_verifier():
    spec = importlib.util.spec_from_file_location("verify_audit", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Memory:
    """The verifier's folder, read once: thousands of histories that differ in one bit are judged without a copy of each."""

    def __init__(self, files):
        self.files, self.left = files, set(files)

    def read(self, path):
        self.left.discard(path)
        if path not in self.files:
            raise verifier.Bad(f"{path}: missing")
        return self.files[path]

    def text(self, path):
        return verifier.Folder.text(self, path)


verifier = load_verifier()
verifier.is_signed = functools.lru_cache(maxsize=10000)(verifier.is_signed)


def judge(files):
    """None when it is whole, else what the verifier names."""
    folder = verifier.Folder
    verifier.Folder = lambda top: Memory(files)
    Memory.text = lambda self, path: folder.text(self, path)
    try:
        verifier.verify("", None, None)
        return None
    except verifier.Bad as bad:
        return str(bad)
    finally:
        verifier.Folder = folder


def missed_flips(work):
    """Which single bits of a file could be flipped unseen."""
    files, path, first, last, every_bit = work
    missed = []
    for place in range(first, last):
        for bit in range(8) if every_bit else [random.Random(place * 31 + SHIFT).randrange(8)]:
            changed = bytearray(files[path])
            changed[place] ^= 1 << bit
            if judge({**files, path: bytes(changed)}) is None:
                missed.append((path, place, bit))
    return missed


class Audit(VtltCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = VtltCase()
        case.setUp()
        cls.addClassCleanup(case.doCleanups)
        cls.place = case.home("source")
        for number in range(130):
            case.write(f"in/{number}.txt", f"Số: {number}/BC-KT\nHà Nội, ngày 5 tháng 8 năm 2021\nBÁO CÁO\nKiểm tra kho {number}\n")
            if number % 40 == 39:
                vtlt("ingest", case.folder / "in", home=cls.place)
        vtlt("ingest", case.folder / "in", home=cls.place)
        vtlt("unit", "add", "B1", "--title", "Phòng", home=cls.place)
        answer = vtlt("audit", "export", "--to", case.folder / "history", "--json", home=cls.place)
        assert answer.code == 0, answer
        cls.history, cls.point = case.folder / "history", answer.json()
        cls.files = {str(path.relative_to(cls.history)): path.read_bytes() for path in cls.history.rglob("*") if path.is_file()}

    def verify(self, folder, *flags):
        done = subprocess.run([sys.executable, str(SCRIPT), str(folder), *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn(done.returncode, (0, 7), done.stderr)
        return done.returncode, done.stdout.splitlines()[0]

    def copy(self, name="copy"):
        place = self.folder / name
        shutil.copytree(self.history, place)
        return place

    def test_the_program_brings_the_verifier_and_it_is_short(self):
        self.assertEqual(vtlt("audit", "verifier").raw, SCRIPT.read_bytes())
        self.assertLessEqual(len(SCRIPT.read_text().splitlines()), 300)
        mine = subprocess.run([sys.executable, "-I", "-c", "import ast,sys; tree=ast.parse(open(sys.argv[1]).read());"
                               "print(*{n.name for s in ast.walk(tree) if isinstance(s, ast.Import) for n in s.names})", str(SCRIPT)],
                              stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        self.assertLessEqual(set(mine), set(sys.stdlib_module_names))

    def test_a_whole_history_is_whole(self):
        code, line = self.verify(self.history, "--key", self.point["key"])
        self.assertEqual((code, line.split(",")[0]), (0, f"OK: {self.point['size']} events"))
        self.assertGreaterEqual(sum(len(content) for content in self.files.values()), 64_000)
        # A home's own folder reads the same.
        self.assertEqual(self.verify(self.place / "audit")[0], 0)
        answer = vtlt("audit", "verify", "--json", home=self.place).json()
        self.assertEqual((answer["ok"], answer["root"], answer["key"]), (True, self.point["root"], self.point["key"]))
        self.assertGreaterEqual(answer["checkpoints"], 4)

    def test_every_flipped_bit_is_named(self):
        self.assertIsNone(judge(self.files))
        step = 500
        work = [(self.files, path, first, min(first + step, len(content)), ALL)
                for path, content in sorted(self.files.items()) for first in range(0, len(content), step)]
        with multiprocessing.Pool(os.cpu_count()) as pool:
            missed = [flip for part in pool.imap_unordered(missed_flips, work) for flip in part]
        self.assertEqual(missed, [])

    def test_the_first_event_that_differs_is_named(self):
        path = "tile/entries/000"
        bundle = self.files[path]
        place = bundle.index(b'"seq":200,')
        for old, new in ((b'"action":"document', b'"action":"dokument'), (b'"seq":200,', b'"seq":201,'), (b'"v":1}', b'"v":2}')):
            at = bundle.rindex(old, 0, place + 10) if old != b'"v":1}' else bundle.index(old, place)
            changed = bundle[:at] + new + bundle[at + len(old):]
            self.assertTrue(judge({**self.files, path: changed}).startswith("event 200: "), judge({**self.files, path: changed}))

    def test_what_another_way_of_writing_says_is_refused(self):
        path = "tile/entries/000"
        leaf = self.files[path][2:2 + int.from_bytes(self.files[path][:2], "big")]
        rest = self.files[path][2 + len(leaf):]
        for other in (leaf.replace(b'","', b'", "'), leaf.replace(b'"v":1', b'"v":1.0'), leaf.replace(b'"seq":1,', b'"seq":01,'),
                      leaf.replace(b'"actor":"o', b'"actor":"\\u006f'), leaf[:-1] + b',"x":1}', leaf + b"\n", b'{"v":1}', b""):
            self.assertNotEqual(other, leaf)
            self.assertTrue(judge({**self.files, path: len(other).to_bytes(2, "big") + other + rest}).startswith("event 1: "), other)

    def test_what_is_taken_away_or_added_is_named(self):
        for path in self.files:
            self.assertIn(path.split(".p/")[0] if not path.startswith("checkpoints") else "checkpoint",
                          judge({name: content for name, content in self.files.items() if name != path}), path)
        for path in ("tile/0/999", "x", "tile/entries/000.p/3", "checkpoints/../y"):
            self.assertIn(path, judge({**self.files, path: b"x"}))

    def test_an_older_copy_is_whole_and_the_checkpoint_one_kept_tells(self):
        old = self.copy("old")
        kept = self.write("kept", vtlt("audit", "checkpoint", home=self.place).raw)
        self.assertEqual(self.verify(old, "--seen", str(kept))[0], 0)
        home = self.folder / "home"
        shutil.copytree(self.place, home)
        self.assertEqual(vtlt("unit", "add", "B2", "--title", "Phòng", home=home).code, 0)
        kept = self.write("kept2", vtlt("audit", "checkpoint", home=home).raw)
        self.assertEqual(self.verify(old)[0], 0)
        code, line = self.verify(old, "--seen", str(kept))
        self.assertEqual(code, 7)
        self.assertIn(f"events {self.point['size'] + 1} to", line)
        newer = self.folder / "newer"
        self.assertEqual(vtlt("audit", "export", "--to", newer, home=home).code, 0)
        self.assertEqual(self.verify(newer, "--seen", str(kept))[0], 0)
        self.assertEqual(self.verify(newer, "--seen", str(self.folder / "kept"))[0], 0)

    def test_a_fork_is_named_by_the_checkpoint_one_kept(self):
        homes = []
        for name in ("left", "right"):
            homes.append(self.folder / name)
            shutil.copytree(self.place, homes[-1])
            self.assertEqual(vtlt("unit", "add", name.upper(), "--title", name, home=homes[-1]).code, 0)
        kept = self.write("kept", vtlt("audit", "checkpoint", home=homes[0]).raw)
        self.assertEqual(vtlt("audit", "export", "--to", self.folder / "out", home=homes[1]).code, 0)
        self.assertEqual(self.verify(self.folder / "out")[0], 0)
        code, line = self.verify(self.folder / "out", "--seen", str(kept))
        self.assertEqual(code, 7)
        self.assertIn(f"events {self.point['size'] + 1} to {self.point['size'] + 1}: not those that were signed (the checkpoint you kept)", line)

    def test_a_history_signed_anew_is_named_by_its_key(self):
        other = self.home("other")
        self.assertEqual(vtlt("unit", "add", "B1", "--title", "x", home=other).code, 0)
        place = self.folder / "forged"
        self.assertEqual(vtlt("audit", "export", "--to", place, home=other).code, 0)
        self.assertEqual(self.verify(place)[0], 0)
        code, line = self.verify(place, "--key", self.point["key"])
        self.assertEqual((code, line.split(":")[0]), (7, "key"))
        mixed = self.copy()
        shutil.copy(place / "key", mixed / "key")
        self.assertEqual(self.verify(mixed)[0], 7)

    def test_a_rewritten_catalogue_is_named_by_its_tiles(self):
        home = self.folder / "home"
        shutil.copytree(self.place, home)
        subprocess.run(["sqlite3", str(home / "catalog.db"), "DROP TRIGGER audit_leaf_no_update;"
                        "UPDATE audit_leaf SET leaf = replace(leaf, 'document.', 'dokument.') WHERE seq = 150"], check=True)
        self.assertEqual(vtlt("audit", "verify", "--json", home=home).json()["first_bad"], {"event": 150, "why": "leaf_hash"})

    def test_an_export_is_whole_or_absent_and_overwrites_nothing(self):
        answer = vtlt("audit", "export", "--to", self.history, "--json", home=self.place)
        self.assertEqual(answer.code, 5)
        self.assertIn("audit.export_exists", answer.err)
        self.assertEqual(vtlt("audit", "export", "--to", self.folder / "no/such/place", home=self.place).code, 4)
        self.assertEqual(list(self.folder.iterdir()), [])


def climb(answer):
    """The root that leaf hash and path make, RFC 9162 2.1.3.2."""
    place, last, node = answer["event"] - 1, answer["size"] - 1, bytes.fromhex(answer["leaf_hash"])
    for step in map(bytes.fromhex, answer["path"]):
        if last == 0:
            return None
        if place & 1 or place == last:
            node = hashlib.sha256(b"\1" + step + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + step).digest()
        place, last = place >> 1, last >> 1
    return node.hex() if last == 0 else None


def join(answer):
    """Both roots that the path makes of the older one, RFC 9162 2.1.4.2."""
    steps = [bytes.fromhex(step) for step in answer["path"]]
    if answer["from"] & (answer["from"] - 1) == 0:
        steps.insert(0, bytes.fromhex(answer["old_root"]))
    place, last = answer["from"] - 1, answer["to"] - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if place & 1 or place == last:
            old, new = hashlib.sha256(b"\1" + step + old).digest(), hashlib.sha256(b"\1" + step + new).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = hashlib.sha256(b"\1" + new + step).digest()
        place, last = place >> 1, last >> 1
    return old.hex(), new.hex()


class Proofs(VtltCase):
    def test_the_server_proves_what_it_signed_to_who_may_ask(self):
        place = self.home()
        for number in range(150):
            self.write(f"in/{number}.txt", f"BÁO CÁO\nKiểm tra kho {number}\n")
        self.ingest(place, self.folder / "in", code=0)
        for name, role in (("giamsat", "auditor"), ("vanthu", "clerk")):
            add_person(self, place, name, role)
        first = vtlt("audit", "checkpoint", "--json", home=place).json()
        with Server(place) as server:
            auditor, clerk = Person(server), Person(server)
            auditor.sign_in("giamsat", PASSWORD)
            clerk.sign_in("vanthu", PASSWORD)
            # Signing in is an event of its own: within a minute it is signed.
            point = auditor.wait_for(lambda: (p := auditor.get("/api/v1/audit/checkpoint").json)["size"] >= first["size"] + 2 and p, seconds=70)
            self.assertEqual(point["key"], first["key"])
            for event in (1, 2, 255, 256, 257, first["size"], point["size"]):
                answer = auditor.get(f"/api/v1/audit/inclusion?event={event}").json
                self.assertEqual((climb(answer), answer["root"], answer["size"]), (point["root"], point["root"], point["size"]))
            within = auditor.get(f"/api/v1/audit/inclusion?event=7&size={first['size']}").json
            self.assertEqual(climb(within), first["root"])
            for older in (1, 2, 3, 128, 256, 300, first["size"]):
                answer = auditor.get(f"/api/v1/audit/consistency?from_size={older}").json
                self.assertEqual(join(answer), (answer["old_root"], point["root"]), older)
            self.assertEqual(answer["old_root"], first["root"])
            for query in ("inclusion", "inclusion?event=0", f"inclusion?event={point['size'] + 1}", "inclusion?event=5&size=4", "inclusion?event=x",
                          f"consistency?from_size={point['size'] + 1}", "consistency?from_size=5&to_size=4"):
                answer = auditor.get("/api/v1/audit/" + query)
                self.assertEqual((answer.status, answer.json["code"]), (422, "audit.no_such_event"), query)
            for path in ("checkpoint", "inclusion?event=1", "consistency?from_size=1"):
                self.assertEqual(clerk.get("/api/v1/audit/" + path).status, 403, path)
            vtlt("audit", "export", "--to", self.folder / "out", home=place)
        self.assertIsNone(judge({str(path.relative_to(self.folder / "out")): path.read_bytes() for path in (self.folder / "out").rglob("*") if path.is_file()}))
        # And it signs when it stops.
        self.assertEqual(vtlt("audit", "verify", "--json", home=place).json()["ok"], True)
        self.assertEqual(vtlt("audit", "checkpoint", "--json", home=place).json()["size"], vtlt("audit", "verify", "--json", home=place).json()["size"])


class MemoryData:
    """data/ of a package, read once."""

    def __init__(self, files):
        self.files = files
        self.documents = sorted(name[9:-5] for name in files if name.startswith("metadata/"))

    def read(self, path):
        if path not in self.files:
            raise verify_package.Bad(f"data/{path}: missing")
        return self.files[path]

    def digest(self, path):
        return hashlib.sha256(self.read(path)).hexdigest()


sys.modules["verify_audit"].is_signed = functools.lru_cache(maxsize=10000)(sys.modules["verify_audit"].is_signed)


def judge_package(files):
    """None when it is proven, else why not."""
    try:
        unshown, _ = verify_package.verify(MemoryData(files), None)
        return f"not shown: {unshown}" if unshown else None
    except (verify_package.Bad, LookupError, TypeError, ValueError, AttributeError) as bad:
        return str(bad) or repr(bad)


def missed_package_flips(work):
    files, first, last, bits = work
    missed = []
    for place in range(first, last):
        for bit in range(8) if bits == 8 else [random.Random(place * 31 + SHIFT).randrange(8)]:
            changed = bytearray(files["audit.json"])
            changed[place] ^= 1 << bit
            if judge_package({**files, "audit.json": bytes(changed)}) is None:
                missed.append((place, bit))
    return missed


class PackageProof(VtltCase):
    """What a package proves, judged by what lies in it (core/src/audit/assets/verify_package.py)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = VtltCase()
        case.setUp()
        cls.addClassCleanup(case.doCleanups)
        cls.place = case.home("source")
        for number in range(24):
            case.write(f"in/{number}.txt", f"Số: {number}/BC-KT\nHà Nội, ngày 5 tháng 8 năm 2021\nBÁO CÁO\nKiểm tra kho {number}\n")
        vtlt("ingest", case.folder / "in", home=cls.place)
        answer = vtlt("export", "--query", "kho", "--to", case.folder / "goi.zip", "--json", home=cls.place)
        assert answer.code == 0, answer
        with zipfile.ZipFile(case.folder / "goi.zip") as package:
            package.extractall(case.folder)
        cls.bag = case.folder / "goi"
        data = cls.bag / "data"
        cls.files = {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}
        cls.text = cls.files["audit.json"]

    def judge(self, text):
        return judge_package({**self.files, "audit.json": text})

    def test_a_package_is_proven_by_what_lies_in_it(self):
        point = vtlt("audit", "checkpoint", "--json", home=self.place).json()
        done = subprocess.run([sys.executable, "data/verify_package.py", "--key", point["key"]], cwd=self.bag, stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(done.stdout.startswith("OK: 24 documents registered, 24 with the file as it was registered; "), done.stdout)
        self.assertEqual(vtlt("package", "verify", self.bag).code, 0)
        elsewhere = subprocess.run([sys.executable, str(self.bag / "data/verify_package.py"), str(self.folder)], stderr=subprocess.PIPE, text=True)
        self.assertEqual(elsewhere.returncode, 2)

    def test_every_flipped_bit_of_the_proofs_is_named(self):
        self.assertIsNone(judge_package(self.files))
        self.assertGreater(len(self.text), 20_000)
        work = [(self.files, first, min(first + 200, len(self.text)), 8 if ALL else 1) for first in range(0, len(self.text), 200)]
        with multiprocessing.Pool(os.cpu_count()) as pool:
            missed = [flip for part in pool.imap_unordered(missed_package_flips, work) for flip in part]
        self.assertEqual(missed, [])

    def test_another_way_of_writing_the_same_is_refused(self):
        lines = self.text.split(b"\n")
        digits = lines[1].index(b'"path":["') + 9
        letter = next(place for place in range(digits, digits + 64) if lines[1][place:place + 1].isalpha())
        for other in (self.text.replace(b'"format_version":1', b'"format_version": 1'), self.text.replace(b'"format_version":1', b'"format_version":true'),
                      self.text.replace("—".encode(), b"\\u2014"), self.text.replace(b"\n", b"\r\n"), self.text + b"\n", self.text[:-1], b" " + self.text, b"",
                      self.text.replace(lines[1] + b"\n" + lines[2], lines[2] + b"\n" + lines[1]), self.text.replace(lines[1], lines[1] + b"\n" + lines[1]),
                      self.text.replace(lines[1] + b"\n", b""), self.text.replace(lines[1], lines[1][:letter] + lines[1][letter:letter + 1].upper() + lines[1][letter + 1:])):
            self.assertNotEqual(other, self.text)
            self.assertIsNotNone(self.judge(other))

    def test_a_longer_or_shorter_path_leads_to_no_root(self):
        line = self.text.split(b"\n")[1]
        first = line.index(b'"path":[') + 8
        for other in (line[:first] + line[first + 67:], line[:first] + b'"' + b"0" * 64 + b'",' + line[first:], line[:-3] + b',"' + b"0" * 64 + b'"]}' + line[-1:]):
            self.assertIsNotNone(self.judge(self.text.replace(line, other)))

    def test_who_may_not_read_the_history_gets_its_hash(self):
        add_person(self, self.place, "vanthu", "clerk")
        add_person(self, self.place, "giamsat", "auditor")
        told = {}
        for name in ("vanthu", "giamsat"):
            made = vtlt("user", "token", name, "--title", "Thử", "--scope=read", "--scope=export", "--scope=verify", "--json", home=self.place)
            token = self.write(name, made.json()["token"] + "\n")
            token.chmod(0o600)
            out = self.folder / f"{name}.zip"
            self.assertEqual(vtlt("export", "--query", "kho", "--to", out, "--token-file", token, home=self.place).code, 0)
            with zipfile.ZipFile(out) as package:
                told[name] = json.loads(package.read(f"{name}/data/audit.json"))
        self.assertEqual((list(told["vanthu"]), list(told["vanthu"]["checkpoint"])), (["checkpoint", "format_version"], ["sha256"]))
        self.assertEqual(len(told["giamsat"]["proofs"]), 24)


class Extract(VtltCase):
    """What a filter gives of the history, as a signed file that a stranger can check as docs/format.md says."""

    def setUp(self):
        super().setUp()
        self.place = self.home()
        for number in range(30):
            self.write(f"in/{number}.txt", f"BÁO CÁO\nKiểm tra kho {number}\n")
        self.ingest(self.place, self.folder / "in", code=0)
        text = (SOURCE / "docs/format.md").read_text(encoding="utf-8")
        self.snippet = self.write("check.py", re.search(r"### Extracts.*?```python\n(.*?)```", text, re.S)[1])

    def check(self, file, key):
        done = subprocess.run([sys.executable, str(self.snippet), str(file), str(key)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": str(SCRIPT.parent), "PYTHONDONTWRITEBYTECODE": "1"})
        return done.stdout.strip() if done.returncode == 0 else None

    def test_the_command_writes_file_and_signature(self):
        out, key = self.folder / "đăng ký.csv", self.place / "audit/key"
        told = vtlt("audit", "extract", "--action", "document.registered", "--to", out, "--json", "--lang", "en", home=self.place)
        self.assertEqual(told.code, 0, told)
        self.assertEqual((told.json()["events"], told.json()["sha256"]), (30, hashlib.sha256(out.read_bytes()).hexdigest()))
        with open(out, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        listed = vtlt("audit", "list", "--action", "document.registered", "--json", home=self.place).json()["events"]
        self.assertEqual([(int(row["event"]), row["action"], row["object"], json.loads(row["detail"])) for row in rows],
                         [(one["event"], one["action"], one["object"], one["detail"]) for one in listed])
        self.assertEqual({row["action_text"] for row in rows}, {"Registered"})
        leaves = {leaf["seq"]: text for text in self.leaves() for leaf in [json.loads(text)]}
        for row in rows:
            self.assertEqual(row["leaf_hash"], hashlib.sha256(b"\0" + leaves[int(row["event"])]).hexdigest())
        self.assertEqual(self.check(out, key), vtlt("audit", "verify", "--json", home=self.place).json()["key"])
        # Each bit of the file, and of the signature.
        for path in (out, out.with_name(out.name + ".sig")):
            content = path.read_bytes()
            for place in [len(content) - 1, *random.Random(SHIFT).sample(range(len(content)), 5)]:
                path.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1:])
                self.assertIsNone(self.check(out, key), place)
            path.write_bytes(content)
        self.assertIsNotNone(self.check(out, key))
        self.assertIsNone(self.check(out, self.home("other") / "audit/key"))
        # It is an event, and it replaces nothing.
        event = vtlt("audit", "list", "--action", "audit.extracted", "--json", home=self.place).json()["events"][0]
        self.assertEqual((event["object"], event["detail"]["filter"]), (told.json()["id"], {"action": "document.registered"}))
        self.assertEqual(vtlt("audit", "extract", "--to", out, home=self.place).code, 5)
        self.assertEqual(vtlt("audit", "extract", "--to", self.folder / "x.xlsx", home=self.place).code, 2)
        self.assertEqual(list(self.folder.glob("x.*")), [])
        self.assertEqual(vtlt("audit", "verify", home=self.place).code, 0)

    def leaves(self):
        vtlt("audit", "export", "--to", self.folder / "history", home=self.place)
        bundle, at = (next((self.folder / "history/tile/entries").rglob("*[0-9]"))).read_bytes(), 0
        while at < len(bundle):
            size = int.from_bytes(bundle[at:at + 2], "big")
            yield bundle[at + 2:at + 2 + size]
            at += 2 + size

    def test_for_paper_it_is_a_pdf_in_words(self):
        out = self.folder / "nhật ký.pdf"
        self.assertEqual(vtlt("audit", "extract", "--action", "document.", "--to", out, home=self.place).code, 0)
        self.assertIsNotNone(self.check(out, self.place / "audit/key"))
        text = subprocess.run(["pdftotext", "-layout", out, "-"], stdout=subprocess.PIPE, check=True).stdout.decode()
        for words in ("TRÍCH XUẤT NHẬT KÝ", "Điều kiện: action: document.", "Trích xuất này gồm: 60 sự kiện.", "Mốc nhật ký đã ký:"):
            self.assertIn(words, text)

    def test_the_server_gives_both_in_one_file_to_who_may(self):
        for name, role in (("giamsat", "auditor"), ("vanthu", "clerk")):
            add_person(self, self.place, name, role)
        with Server(self.place) as server:
            auditor, clerk = Person(server), Person(server)
            auditor.sign_in("giamsat", PASSWORD)
            clerk.sign_in("vanthu", PASSWORD)
            self.assertIn('href="/audit/extract?action=document.registered&amp;format=csv"', auditor.get("/audit?action=document.registered").text)
            for path in ("/audit/extract", "/api/v1/audit/extract"):
                answer = auditor.get(path + "?action=document.registered&format=csv")
                self.assertEqual((answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]), (200, "application/zip", "no-store"))
                place = self.folder / ("api" if "api" in path else "page")
                with zipfile.ZipFile(io.BytesIO(answer.body)) as package:
                    package.extractall(place)
                (file,) = place.glob("*.csv")
                self.assertEqual(file.read_text(encoding="utf-8-sig").count("document.registered"), 30)
                self.assertEqual(self.check(file, place / "key"), vtlt("audit", "checkpoint", "--json", home=self.place).json()["key"])
                self.assertEqual(clerk.get(path + "?format=csv").status, 403)
            for query in ("", "?format=xlsx", "?format=csv&from=x"):
                self.assertEqual(auditor.get("/api/v1/audit/extract" + query).status, 422, query)
            told = vtlt("audit", "extract", "--to", self.folder / "running.csv", "--json", home=self.place)
            self.assertEqual(told.code, 0, told)
            self.assertIsNotNone(self.check(self.folder / "running.csv", self.place / "audit/key"))


class LongHistory(VtltCase):
    """A history of years is judged in a minute. Its tiles and checkpoints are the program's own (tests/support/long_history.cpp)."""
    EVENTS, CHECKPOINTS = (1_000_000, 1_000) if ALL else (20_000, 20)

    def judge(self, folder):
        """Exit code, first line, seconds of the processor: what else the machine does is not the verifier's doing."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run([sys.executable, str(SCRIPT), str(folder)], stdout=subprocess.PIPE, text=True)
        after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
        busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{self.EVENTS} events, {self.CHECKPOINTS} checkpoints: {seconds:.1f} s, {busy:.1f} s of the processor", file=sys.stderr)
        return done.returncode, done.stdout.splitlines()[0], busy

    def test_it_is_judged_in_a_minute(self):
        seed = 20220920 + SHIFT
        made = subprocess.run([str(BUILD / "bin/vtlt-long-history"), str(self.folder / "home"), str(self.EVENTS), str(self.CHECKPOINTS), str(seed)])
        self.assertEqual(made.returncode, 0)
        history = self.folder / "home/audit"
        code, line, busy = self.judge(history)
        self.assertEqual((code, line.split(", the last")[0]), (0, f"OK: {self.EVENTS} events, {self.CHECKPOINTS} checkpoints"))
        self.assertLess(busy, 60)
        # And it did read all of it.
        tile = random.Random(seed).randrange(self.EVENTS // 256)
        path = history / ("tile/entries/" + (f"x{tile // 1000:03}/{tile % 1000:03}" if tile >= 1000 else f"{tile:03}"))
        bundle = bytearray(path.read_bytes())
        bundle[len(bundle) // 2] ^= 1
        path.write_bytes(bundle)
        code, line, _ = self.judge(history)
        self.assertEqual(code, 7)
        named = int(re.match(r"event (\d+):", line)[1])
        self.assertTrue(256 * tile < named <= 256 * tile + 256, line)


class History(VtltCase):
    """The history as a list: what a filter gives is what a loop over all of it gives."""

    def test_the_list_tells_what_one_asks_for_and_nothing_else(self):
        place = self.home()
        vtlt("unit", "add", "B1", "--title", "Phòng 1", home=place)
        for number in range(110):
            self.write(f"in/{number}.txt", f"BÁO CÁO\nKiểm tra kho {number}\n")
        self.ingest(place, self.folder / "in", code=0)
        add_person(self, place, "giamsat", "auditor")
        add_person(self, place, "vanthu", "clerk", unit="B1")
        with Server(place) as server:
            auditor, clerk = Person(server), Person(server)
            auditor.sign_in("giamsat", PASSWORD)
            clerk.sign_in("vanthu", PASSWORD)

            def listed(**asked):
                found, cursor = [], ""
                while cursor is not None:
                    answer = auditor.get("/api/v1/audit?" + urllib.parse.urlencode({**asked, "cursor": cursor})).json
                    found, cursor = found + answer["events"], answer["next_cursor"]
                return found

            everything = listed()
            self.assertGreater(len(everything), 200)
            self.assertEqual([event["event"] for event in everything], list(range(len(everything), 0, -1)))
            opened = next(event for event in everything if event["action"] == "session.opened")
            written = next(event for event in everything if event["action"] == "document.registered")
            self.assertTrue(written["actor"].startswith("operator:"))
            for asked, is_meant in [
                    ({"action": "document.registered"}, lambda event: event["action"] == "document.registered"),
                    ({"action": "document."}, lambda event: event["action"].startswith("document.")),
                    ({"person": "vanthu"}, lambda event: event["actor"] == opened["actor"]),
                    ({"person": written["actor"]}, lambda event: event["actor"] == written["actor"]),
                    ({"unit": "B1"}, lambda event: event["actor"] == opened["actor"]),
                    ({"object": written["object"]}, lambda event: event["object"] == written["object"]),
                    ({"object": written["object"], "action": "document.text_read", "person": written["actor"]},
                     lambda event: event["object"] == written["object"] and event["action"] == "document.text_read"),
                    ({"from": written["at"][:4]}, lambda event: True),
                    ({"from": "2001", "to": "2001-06"}, lambda event: False)]:
                with self.subTest(asked):
                    meant = [event for event in everything if is_meant(event)]
                    self.assertEqual(bool(meant), "to" not in asked)
                    self.assertEqual(listed(**asked), meant)
                    flags = [word for name, value in asked.items() for word in ("--" + name, value)]
                    self.assertEqual(vtlt("audit", "list", "--json", *flags, home=place).json()["events"], meant[:200])
            page = auditor.get("/audit")
            self.assertEqual(page.status, 200)
            for action in {event["action"] for event in everything}:
                self.assertIn(f'"{action}"', page.text)
            self.assertEqual([clerk.get(path).status for path in ("/audit", "/api/v1/audit")], [403, 403])


if __name__ == "__main__":
    main()
