# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive, the readers and the oracle of the rights matrices, of routes and of commands: who may do what is written here a second
time, on purpose."""
import collections
import itertools
import json
import random
import subprocess

from vtlt_case import ALL, BUILD, SHIFT, VtltCase, vtlt
from vtlt_server import PASSWORD

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
    "readers.read": KEEPERS | {"auditor"}, "readers.keep": {"leader", "security_officer"}, "readers.confirm": {"leader", "security_officer"},
    "register.read": READERS, "register.open": {"clerk", "archivist", "security_officer"}, "register.void": {"clerk", "security_officer"},
    "record_set.read": EVERYBODY, "record_set.create": READERS, "record_set.remove": EVERYBODY,
    "unit.read": EVERYBODY, "unit.create": {"admin"},
    "job.create": EVERYBODY, "job.read_own": EVERYBODY, "job.cancel": EVERYBODY, "job.retry": EVERYBODY,
    "job.read": {"archivist", "auditor", "admin"}, "audit.read": {"auditor", "admin"}, "integrity.verify": {"archivist", "auditor", "admin"},
    "index.rebuild": {"archivist", "admin"}, "archive.administer": {"admin"},
    "user.read": {"security_officer", "auditor", "admin"}, "user.administer": {"admin"}, "right.confirm": {"security_officer", "admin"},
    "account.use": EVERYBODY - {"machine"},
}
# Asked of the whole installation: a role in one unit is not enough, not even to come to the door.
OF_WHOLE = {"job.read", "audit.read", "integrity.verify", "index.rebuild", "archive.administer"}
MISSING = "7" * 20


class Reader(collections.namedtuple("Reader", "name role clearance place")):
    """Who holds one role in one place."""

    def has(self, right):
        """He may do it to something: the door."""
        return self.role in RIGHTS[right] and (right not in OF_WHOLE or self.place == "whole")

    def reaches(self):
        return self.place in REACHING

    def is_cleared(self):
        return GRADES.index(self.clearance) >= GRADES.index(GRADE_OF_RECORD)

    def sees(self, kind):
        """Whether the one object of this kind is there for him. Units are no secret; what belongs to somebody else is never there."""
        knows_people = self.has("user.read") or self.has("user.administer")
        return {"document": self.has("document.read") and self.reaches() and self.is_cleared(),
                "proposal": self.has("document.read") and self.reaches() and self.is_cleared(),
                "dossier": self.has("dossier.read") and self.reaches() and self.is_cleared(),
                "book": self.has("register.read") and self.reaches() and self.is_cleared(),
                # A need-to-know list of the grade and the unit, and who stands on it.
                "list": self.has("readers.read") and self.reaches() and self.is_cleared(),
                "job": self.has("job.read") and self.is_cleared(),
                "person": knows_people and self.reaches(), "grant": knows_people and self.reaches(),
                "position": knows_people and self.reaches(),
                # Told of a document to who reads it, or administers its people.
                "explained": self.reaches() and self.is_cleared() and (self.has("user.administer") or self.has("document.read")),
                # The operator's own, given to somebody else: known by who may read that unit's people, up to its grade.
                "record_set": self.has("user.read") and self.reaches() and self.is_cleared(),
                "unit": True, "nobodys": False}[kind]


class RightsCase(VtltCase):
    """One document in one dossier of one unit, with all that belongs to it."""

    def ok(self, *arguments):
        answer = vtlt(*arguments, "--json", home=self.place)
        self.assertEqual(answer.code, 0, answer)
        return answer

    def add(self, name, role, unit, clearance, *password):
        return self.ok("user", "add", name, "--role", role, "--unit", unit, "--clearance", clearance, *password).json()["id"]

    def token(self, name, scopes="read,write,export,verify,admin"):
        """The file with a token of that person."""
        file = self.write(f"token-{name}", self.ok("user", "token", name, "--title", "t", "--scope", scopes).json()["token"] + "\n")
        file.chmod(0o600)
        return file

    def setUp(self):
        super().setUp()
        self.place = self.home()
        self.password = self.write("password", PASSWORD + "\n")
        for code, parent in (("CUC", None), ("CUC.1", "CUC"), ("CUC.2", "CUC"), ("VU", None)):
            self.ok("unit", "add", code, "--title", code, *(["--parent", parent] if parent else []))
        self.dossier = self.ok("dossier", "new", "HS1", "--title", "Kho", "--unit", "CUC.1", "--year", "2021", "--secrecy", GRADE_OF_RECORD).json()["id"]
        self.add("nguoitao", "clerk", "CUC.1", "tuyet_mat", "--no-password")
        self.target = self.add("doituong", "officer", "CUC.1", "open", "--no-password")
        self.grant = self.ok("rights", "list", "doituong").json()["grants"][0]["id"]
        # A position that is over: who may end it is told so, and nothing changes under the test.
        self.position = self.ok("user", "position", "add", "doituong", "--title", "Trợ lý", "--from", "2020-01-01", "--to", "2020-12-31").json()["id"]
        path = self.write("in/1.txt", "BỘ THỬ\nSố: 1/BC-HC\nHà Nội, ngày 05 tháng 6 năm 2021\n\nBÁO CÁO\nKiểm kê kho\n")
        draft = self.write("in/2.txt", "Bản thảo kế hoạch kiểm kê\n")
        lines = vtlt("--token-file", self.token("nguoitao"), "ingest", str(path), str(draft), "--dossier", self.dossier, "--secrecy", GRADE_OF_RECORD, "--json",
                     home=self.place).lines()
        # One that is to stand in a register, and one that nobody has registered.
        self.document, self.draft = (line["id"] for line in lines if "id" in line)
        self.job = self.ok("job", "list").json()["jobs"][0]["id"]
        # A list with somebody who was taken off again.
        self.list = self.ok("readers", "new", "Tổ kiểm kê", "--unit", "CUC.1", "--secrecy", GRADE_OF_RECORD).json()["id"]
        self.entry = self.ok("readers", "add", self.list, "doituong").json()["id"]
        self.ok("readers", "end", self.entry)
        # A proposal that was decided: who may decide is told so, and nothing changes under the test.
        self.proposal = self.ok("secrecy", "set", self.document, "mat", "--reason", "x").json()["id"]
        self.ok("secrecy", "refuse", self.proposal, "--reason", "x")
        # A set by which somebody holds a role: nobody removes it under the test.
        self.record_set = self.ok("set", "new", "Tập kho", self.document, "--unit", "CUC.1").json()["id"]
        self.add("giutap", "officer", "CUC.1", "open", "--no-password")
        self.ok("rights", "grant", "giutap", "--role", "inspector", "--set", self.record_set, "--to", "2099-12-31")

        # A book in which the document stands, and once stood under a number that was voided.
        self.book = self.ok("register", "book", "add", "VBD", "--direction", "in", "--unit", "CUC.1", "--year", "2021", "--secrecy", GRADE_OF_RECORD).json()["id"]
        enter = ("register", "in", "add", "--book", self.book, "--document", self.document, "--arrived-on", "2021-06-05")
        self.ok(*enter)
        self.ok("register", "in", "void", "1", "--book", self.book, "--reason", "x")
        self.ok(*enter)

    def readers(self):
        every = [Reader(f"n{i}", *cell) for i, cell in enumerate(itertools.product(ROLES, GRADES, PLACES))]
        return every if ALL else random.Random(SHIFT).sample(every, len(every) // 10)

    def table(self, program):
        """The rows that vtlt-routes or vtlt-commands prints."""
        rows = json.loads(subprocess.run([str(BUILD / "bin" / program)], stdout=subprocess.PIPE, check=True).stdout)
        self.assertEqual({row["action"] for row in rows if row["action"]} - set(RIGHTS), set(), "actions that the oracle does not know")
        return rows
