# SPDX-License-Identifier: GPL-3.0-or-later
"""Every route × every role × every clearance × every place of the reader's unit: what the rights table says, the server does. The routes
come from the program's own table, so a new one is asked by itself; what may be done is written here a second time, on purpose."""
import collections
import itertools
import json
import random
import re
import subprocess
import sys

from vtlt_case import ALL, BUILD, SHIFT, VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server

GRADES = ["open", "mat", "toi_mat", "tuyet_mat"]
ROLES = ["clerk", "officer", "form_checker", "leader", "archivist", "security_officer", "council_member", "inspector", "auditor", "admin", "machine"]
# Where a role is held, as seen from the record's unit: its own, beside it, above it, another branch, the whole installation.
PLACES = {"own": "CUC.1", "sister": "CUC.2", "parent": "CUC", "foreign": "VU", "whole": "CQ"}
REACHING = {"own", "parent", "whole"}
GRADE_OF_RECORD = "toi_mat"

EVERYBODY = set(ROLES)
READERS = EVERYBODY - {"admin"}
KEEPERS = {"clerk", "officer", "leader", "archivist", "security_officer"}
RIGHTS = {
    "document.read": READERS, "dossier.read": READERS,
    "document.register": {"clerk", "archivist", "machine"}, "upload.create": {"clerk", "archivist", "machine"},
    "document.export": {"clerk", "officer", "leader", "archivist", "inspector", "auditor", "machine"},
    "document.edit": {"clerk", "officer", "archivist", "machine"}, "dossier.create": {"clerk", "officer", "archivist", "machine"},
    "secrecy.raise": KEEPERS, "secrecy.lower": KEEPERS, "secrecy.confirm": {"leader", "security_officer"},
    "unit.read": EVERYBODY, "unit.create": {"admin"},
    "job.create": EVERYBODY, "job.read_own": EVERYBODY, "job.cancel": EVERYBODY, "job.retry": EVERYBODY,
    "job.read": {"archivist", "auditor", "admin"}, "audit.read": {"auditor", "admin"}, "integrity.verify": {"archivist", "auditor", "admin"},
    "index.rebuild": {"archivist", "admin"}, "archive.administer": {"admin"},
    "user.read": {"security_officer", "auditor", "admin"}, "user.administer": {"admin"}, "right.confirm": {"security_officer", "admin"},
    "account.use": EVERYBODY - {"machine"},
}
# Asked of the whole installation: a role in one unit is not enough, not even to come to the door.
OF_WHOLE = {"job.read", "audit.read", "integrity.verify", "index.rebuild", "archive.administer"}
# What the part in braces names, by the beginning of the path behind /api/v1.
NAMED = {"/documents/": "document", "/secrecy/": "proposal", "/secrecy-proposals/": "proposal", "/jobs/": "job", "/packages/": "nobodys",
         "/integrity/runs/": "nobodys", "/people/": "person", "/users/": "person", "/grants/": "grant", "/uploads/": "nobodys", "/intake/": "nobodys",
         "/account/sessions/": "nobodys", "/units/": "unit"}
# Streams that would not end, files that everybody has, and the way out of the session this test works in.
LEFT_OUT = {("GET", "/api/v1/jobs/{id}/events"), ("POST", "/sign-out"), ("GET", "/metrics"), ("GET", "/assets/{file}")}
# Of no type that anybody wants: an authorised request is refused for its content and changes nothing.
WRONG = json.dumps(dict.fromkeys(["q", "name", "code", "role", "roles", "unit", "units", "secrecy", "sample", "into", "size", "full_name",
                                  "clearance", "parent", "sha256", "duplicate", "number", "from", "to"], {"no": 1}))
MISSING = "7" * 20

Reader = collections.namedtuple("Reader", "name role clearance place")


class Matrix(VtltCase):
    def ok(self, *arguments):
        answer = vtlt(*arguments, "--json", home=self.place)
        self.assertEqual(answer.code, 0, answer)
        return answer

    def add(self, name, role, unit, clearance):
        return self.ok("user", "add", name, "--role", role, "--unit", unit, "--clearance", clearance, "--password-file", self.password).json()["id"]

    def setUp(self):
        super().setUp()
        self.place = self.home()
        self.password = self.write("password", PASSWORD + "\n")
        for code, parent in (("CUC", None), ("CUC.1", "CUC"), ("CUC.2", "CUC"), ("VU", None)):
            self.ok("unit", "add", code, "--title", code, *(["--parent", parent] if parent else []))
        self.add("nguoitao", "clerk", "CUC.1", "tuyet_mat")
        self.target = self.add("doituong", "officer", "CUC.1", "open")
        self.grant = self.ok("rights", "list", "doituong").json()["grants"][0]["id"]
        path = self.write("in/1.txt", "BỘ THỬ\nSố: 1/BC-HC\nHà Nội, ngày 05 tháng 6 năm 2021\n\nBÁO CÁO\nKiểm kê kho\n")
        token = self.ok("user", "token", "nguoitao", "--title", "t", "--scope=write,read").json()["token"]
        file = self.write("token", token + "\n")
        file.chmod(0o600)
        lines = vtlt("--token-file", file, "ingest", str(path), "--secrecy", GRADE_OF_RECORD, "--json", home=self.place).lines()
        self.document = next(line["id"] for line in lines if "id" in line)
        self.job = self.ok("job", "list").json()["jobs"][0]["id"]
        # A proposal that was decided: who may decide is told so, and nothing changes under the test.
        self.proposal = self.ok("secrecy", "set", self.document, "mat", "--reason", "x").json()["id"]
        self.ok("secrecy", "refuse", self.proposal, "--reason", "x")

    def readers(self):
        every = [Reader(f"n{i}", *cell) for i, cell in enumerate(itertools.product(ROLES, GRADES, PLACES))]
        return every if ALL else random.Random(SHIFT).sample(every, len(every) // 10)

    def routes(self):
        rows = json.loads(subprocess.run([str(BUILD / "bin/vtlt-routes")], stdout=subprocess.PIPE, check=True).stdout)
        tries_passwords = re.compile(r"(/api/v1)?/account/second-factor/|/sign-in")  # the delays after wrong ones would stop everybody here
        return [row for row in rows if (row["method"], row["pattern"]) not in LEFT_OUT and not tries_passwords.match(row["pattern"])]

    def kind_of(self, pattern):
        path = pattern.removeprefix("/api/v1")
        found = [kind for start, kind in NAMED.items() if path.startswith(start + "{")]
        self.assertEqual(len(found), 1, f"{pattern}: say in NAMED what its part in braces is")
        return found[0]

    def expected(self, route, reader):
        """open, refused or missing: by the rights written above, for who holds one role in one place."""
        if route["open"]:
            return "open"
        action = route["action"]
        has = lambda right: reader.role in RIGHTS[right] and (right not in OF_WHOLE or reader.place == "whole")
        reaches = reader.place in REACHING
        cleared = GRADES.index(reader.clearance) >= GRADES.index(GRADE_OF_RECORD)
        if not has(action):
            return "refused"
        if "{" not in route["pattern"]:
            return "open"
        kind = self.kind_of(route["pattern"])
        if kind == "document" or kind == "proposal":
            if not (has("document.read") and reaches and cleared):
                return "missing"
            return "refused" if route["pattern"].endswith("/refuse") and not has("secrecy.confirm") else "open"
        if kind == "job":
            return "open" if has("job.read") and cleared else "missing"
        if kind == "person":
            if not (has("user.read") or has("user.administer")) or not reaches:
                return "missing"
            if route["pattern"].endswith("/rights"):  # told of a document to who reads it, or administers its people
                return "open" if cleared and (has("user.administer") or has("document.read")) else "missing"
            return "open"
        if kind == "grant":
            if not (has("user.read") or has("user.administer")) or not reaches:
                return "missing"
            if route["pattern"].endswith("/end"):
                return "open" if has("user.administer") else "refused"
            return "open"
        if kind == "unit":
            return "open" if reaches else "refused"
        return "missing"

    def path_of(self, pattern, missing=False):
        uid = {"document": self.document, "proposal": self.proposal, "job": self.job, "person": self.target, "grant": self.grant, "unit": "CUC.1",
               "nobodys": self.job}
        value = MISSING if missing else uid[self.kind_of(pattern)]
        asked = "?document=" + self.document if pattern.endswith("/users/{id}/rights") else ""
        return asked and pattern.replace("{id}", value) + asked or re.sub(r"\{\w+\}", "1", re.sub(r"\{\w+\}", value, pattern, count=1))

    def ask(self, person, route, path):
        if route["method"] == "GET":
            return person.get(path)
        if path.startswith("/api/"):
            return person.ask(route["method"], path, WRONG, {"Content-Type": "application/json", "X-CSRF-Token": person.csrf, "If-Match": '"99"'})
        return person.post_form(path)

    def judge(self, expected, answer, missing):
        told = answer.status
        if expected == "missing":
            return told == missing.status and told not in (200, 201, 202, 204)
        if expected == "refused":
            return told == 403
        return told not in (401, 403, 404)

    def test_every_route_for_every_reader(self):
        routes, readers = self.routes(), self.readers()
        uncovered = {row["action"] for row in routes if row["action"]} - set(RIGHTS)
        self.assertEqual(uncovered, set(), "actions that this test does not know")
        for reader in readers:
            self.add(reader.name, reader.role, PLACES[reader.place], reader.clearance)
        wrong, count, seen = [], 0, collections.Counter()
        with Server(self.place) as server:
            stranger = Person(server)
            for route in routes:
                path = self.path_of(route["pattern"]) if "{" in route["pattern"] else route["pattern"]
                answer = self.ask(stranger, route, path)
                let_in = answer.status not in (401, 403) and not (answer.status == 303 and "/sign-in" in answer.headers["Location"])
                count += 1
                if let_in != route["open"]:
                    wrong.append(("stranger", route["method"], route["pattern"], answer.status))
            for reader in readers:
                person = Person(server)
                self.assertEqual(person.sign_in(reader.name, PASSWORD).status, 303, reader)
                for route in routes:
                    named = "{" in route["pattern"]
                    expected = self.expected(route, reader)
                    answer = self.ask(person, route, self.path_of(route["pattern"]) if named else route["pattern"])
                    missing = self.ask(person, route, self.path_of(route["pattern"], missing=True)) if named and expected == "missing" else None
                    count += 1
                    seen[expected] += 1
                    if not self.judge(expected, answer, missing):
                        wrong.append((*reader[1:], route["method"], route["pattern"], expected, answer.status, answer.body[:120]))
        kinds = collections.Counter((cell[-5:-2] if cell[0] != "stranger" else cell) for cell in wrong)
        self.assertEqual(wrong[:20], [], f"{len(wrong)} of {count} cells wrong: {kinds}")
        self.assertGreater(min(seen.values()), count // 50, seen)
        if ALL:
            self.assertGreaterEqual(count, 20000)
        print(f"{count} cells, {len(readers)} readers: {dict(seen)}", file=sys.stderr)


if __name__ == "__main__":
    main()
