# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of what attackers type, each line through a field in turn and the search box; then Chromium opens the pages that show them."""
import itertools
import json
import subprocess
import unicodedata
import urllib.parse

from vtlt_case import ALL, DATA, SHIFT, SOURCE, VtltCase, main
from vtlt_server import PASSWORD, Person, Server, add_person

SHARE = 160  # lines outside --all, others at each commit
FIELDS = ("title", "issuer", "signer", "symbol", "number")
LONGEST = {"title": 2000, "issuer": 500, "signer": 200, "symbol": 100, "number": 50}
MARK = "khoanhvung"
# Also where the lists are absent: markup, attributes, templates, queries, other directions, no text at all.
OWN = ("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'onmouseover='alert(1)", "javascript:alert(1)", "<svg onload=alert(1)>",
       "{{title}}{{{title}}}{{&title}}", "</title></textarea></style><script>alert(1)</script>", "&lt;script&gt;", "' OR 1=1 --", "\"(so: AND OR NOT",
       "../../../../etc/passwd", "a\u202egpj.exe", "\x1b[31m\x07\x00", "=cmd|' /C calc'!A0", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
       "Ủy ban nhân dân", "${7*7}#{7*7}", "%0d%0aSet-Cookie:%20a=b", "<math><mtext></form><iframe srcdoc=x>", "x" * 1500)
BLANKS = set("\u00a0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200b)}
DIRECTIONS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def as_one_line(text):
    """What a field promises to keep of a text: everything but line ends, control characters and direction overrides."""
    text = unicodedata.normalize("NFC", text)
    shown = (" " if c in BLANKS or unicodedata.category(c) == "Cc" else c for c in text if c not in DIRECTIONS)
    return " ".join(part for part in "".join(shown).split(" ") if part)


class Attack(VtltCase):
    def lines(self):
        found = dict.fromkeys(line.encode() for line in OWN)
        material = DATA / "attack_inputs"
        if not material.exists():
            print("skipped: the lists of attack_inputs are not on this machine; our own lines alone")
            return list(found)
        for archive in ("fuzzdb_lists", "payloadsallthethings_lists"):
            for path in sorted(self.unpack(material / f"{archive}.tar.zst", archive).rglob("*.txt")):
                for line in path.read_bytes().split(b"\n"):
                    found.setdefault(line.strip(b"\r"))
        for line in strings(json.loads((material / "blns.json").read_text(encoding="utf-8"))):
            found.setdefault(line.encode("utf-8", "surrogatepass"))
        lines = [line for line in found if line.strip()]
        self.assertGreater(len(lines), 9000)
        return lines if ALL else lines[:len(OWN)] + lines[len(OWN) + SHIFT % 60::len(lines) // SHARE]

    def test_nothing_of_it_runs(self):
        lines = self.lines()
        texts = [line.decode("utf-8") for line in lines if self.is_text(line)]
        dealt = self.deal(texts)
        place = self.home()
        add_person(self, place, "quantri", "admin,archivist")
        files = [self.write(f"in/{i}.txt", f"{MARK} số {i}\n" + "\n".join(values.values())) for i, values in enumerate(dealt)]
        taken = [line for line in self.ingest(place, self.folder / "in").lines() if "source_path" in line]
        documents = {line["source_path"]: line["id"] for line in taken}
        # Backspaces and bells make a file no text; its fields are tried all the same.
        readable = sum(line["outcome"] == "accepted" for line in taken)
        self.assertGreater(readable, 0.99 * len(taken) - 1)
        self.assertEqual(len(documents), len(files))
        with Server(place) as server:
            one = Person(server)
            self.assertEqual(one.sign_in("quantri", PASSWORD).status, 303)
            for i, values in enumerate(dealt):
                self.edit(one, documents[f"{i}.txt"], values)
            for line in lines:
                self.seek(one, line)
            one.wait_for(lambda: one.get(f"/api/v1/search?q={MARK}").json["total"] == readable, 600)
            asked = {"documents": [{"path": f"documents/{documents[f'{i}.txt']}", "title": as_one_line(values["title"])} for i, values in enumerate(dealt) if "title" in values],
                     "lists": self.list_pages(one), "queries": texts[::10] if ALL else texts}
            done = subprocess.run(["node", str(SOURCE / "tests/system/attack.mjs"), f"http://127.0.0.1:{server.port}/", PASSWORD],
                                  input=json.dumps(asked), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=3000)
            log = server.log_text()
        self.assertTrue(done.stdout, done.stderr)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        print(f"{len(lines)} lines, {len(dealt)} documents, {answer['opened']} pages in Chromium, {len(answer['findings'])} findings")
        self.assertEqual(answer["findings"][:20], [])
        self.assertNotIn(" status=5", log)
        self.assert_whole(place)

    @staticmethod
    def is_text(line):
        try:
            return bool(as_one_line(line.decode("utf-8")))
        except UnicodeDecodeError:
            return False

    @staticmethod
    def deal(texts):
        """Each text to one field of one document; a field that is too short passes its turn on."""
        rows, open_rows = [], {field: 0 for field in FIELDS}
        turns = itertools.cycle(FIELDS)
        for text in texts:
            field = next(turns)
            while len(as_one_line(text)) > LONGEST[field]:
                field = FIELDS[(FIELDS.index(field) + 1) % len(FIELDS)]
            if open_rows[field] == len(rows):
                rows.append({})
            rows[open_rows[field]][field] = text
            open_rows[field] += 1
        return rows

    def edit(self, one, uid, values):
        path = "/api/v1/documents/" + uid
        tag = one.get(path).headers["ETag"]
        changed = one.send_json("PATCH", path, values, If_Match=tag)
        self.assertEqual(changed.status, 200, (values, changed))
        kept = one.get(path).json
        for field, value in values.items():
            self.assertEqual(kept[field] or "", as_one_line(value), (field, value))

    def seek(self, one, line):
        query = urllib.parse.quote(line)
        for path in (f"/search?q={query}", f"/api/v1/search?q={query}"):
            one.connection.request("GET", path, headers={"Cookie": f"vtlt_session={one.cookies['vtlt_session']}"})
            answer = one.connection.getresponse()
            body = answer.read()
            self.assertLess(answer.status, 500, (line, body[:300]))

    def list_pages(self, one):
        """The pages of results that show every document, and the other lists."""
        pages, url = ["", "intake", "jobs"], f"/api/v1/search?q={MARK}"
        while url:
            found = one.get(url)
            cursor = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("cursor", [""])[0]
            pages.append(f"search?q={MARK}" + (f"&cursor={cursor}" if cursor else ""))
            following = found.headers["Link"]
            url = following[1:following.index(">")] if following else None
        return pages

    def test_pictures_with_something_inside_stay_files(self):
        material = DATA / "attack_inputs"
        place = self.home()
        add_person(self, place, "quantri", "admin,archivist")
        script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        page = b"<!DOCTYPE html><p>trang<script>alert(1)</script><img src=x onerror=alert(2)></p>"
        files = [("a.svg", script), ("a.html", page), ("a.txt", page)]
        if material.exists():
            files += [(p.name, p.read_bytes()) for p in sorted(self.unpack(material / "payloadsallthethings_upload_images.tar.zst", "pictures").rglob("*")) if p.is_file()]
        with Server(place) as server:
            one = Person(server)
            self.assertEqual(one.sign_in("quantri", PASSWORD).status, 303)
            for name, content in files:
                made = one.upload(name, content, keep=True)
                self.assertIn(made.status, (200, 201, 202), (name, made))
                url = "/api/v1/uploads/" + made.json["id"]
                done = one.wait_for(lambda: (u := one.get(url).json)["state"] in ("done", "failed") and u)
                self.assertTrue(done["document"] or done["cause"] or done["error"] or done["documents"], done)
                if not done["document"]:
                    continue
                self.assertEqual(one.get("/documents/" + done["document"]).status, 200)
                for suffix in ("", "?inline=1"):
                    file = one.get(f"/documents/{done['document']}/files/1{suffix}")
                    self.assertEqual((file.status, file.body), (200, content), name)
                    self.assertEqual(file.headers["X-Content-Type-Options"], "nosniff")
                    shown = not file.headers["Content-Disposition"].startswith("attachment")
                    self.assertFalse(shown and file.headers["Content-Type"].split(";")[0] in ("text/html", "image/svg+xml", "application/xml", "text/xml"), (name, file.headers))
                    self.assertIn("sandbox", file.headers["Content-Security-Policy"])
            self.assertNotIn(" status=5", server.log_text())
        self.assert_whole(place)


if __name__ == "__main__":
    main()
