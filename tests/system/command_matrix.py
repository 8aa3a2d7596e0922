# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command × {the operator, every role × every clearance × every place of his unit}: what the rights table says, the command line does,
alone and handed to a running server. The commands come from the program's own table; one without an example here fails."""
import collections
import json
import pathlib
import random
import sqlite3
import sys
import time
import typing

from rights_case import MISSING, PLACES, RightsCase
from vtlt_case import ALL, SHIFT, SOURCE, main, vtlt
from vtlt_server import Server

OPERATOR = "operator"


class Example(typing.NamedTuple):
    """One way to type a command, made so that who may do it changes nothing, or nothing that another cell would feel."""
    words: str
    objects: tuple = ()           # what it names, in the order in which it is looked for: (place in `words`, kind)
    code: int = 0                 # of who may do it
    by_token: int | None = None   # the same for people, where it is another
    door: str | None = None       # the action at its door, where this way of typing it asks another than its row
    then: str | None = None       # a right asked of who sees the object
    shows: tuple = ()             # what its answer holds for who sees it, and for nobody else: (name, kind)
    changes: bool = False


DOCUMENT = (("document", "document"),)
PERSON = (("person", "person"),)
UNIT = (("unit", "unit"),)
BOOK = (("book", "book"),)
EXAMPLES = {
    "init": [Example("{home}", code=5, by_token=2)],
    "serve": [Example("--listen nonsense", code=2)],
    "ingest": [Example("{file} --dossier {dossier} --secrecy toi_mat --dry-run", (("dossier", "dossier"),))],
    "search": [Example("kho", shows=("document", "document")), Example("kho --list html", shows=("title", "document"))],
    "show": [Example("{document}", DOCUMENT), Example("{number}", (("number", "document"),))],
    "cat": [Example("{document}", DOCUMENT), Example("{document} --text", DOCUMENT)],
    "edit": [Example("{document} --title {title}", DOCUMENT)],
    "history": [Example("{document}", DOCUMENT)],
    "user add": [Example("? --role clerk --no-password", code=2)],
    "user passwd": [Example("{person} --password-file {short}", PERSON, code=2)],
    "user list": [Example("", shows=("person", "person"))],
    "user disable": [Example("{leaver}", (("leaver", "person"),))],
    "user enable": [Example("{person}", PERSON)],
    "user change": [Example("{person} --full-name doituong", PERSON)],
    "user token": [Example("{leaver} --title t", (("leaver", "person"),), code=5)],
    "user tokens": [Example("{person}", PERSON)],
    "user revoke": [Example("{revoked}", (("revoked", "person"),), code=5)],
    "user certificate add": [Example("{person} --file {file}", PERSON, code=2)],
    "user certificate list": [Example("{person}", PERSON)],
    "user certificate remove": [Example("{person} nocert", PERSON, code=4)],
    "user second-factor": [Example("{person}", PERSON), Example("{person} --remove", PERSON, code=5, door="user.administer")],
    "user second-factor-policy": [Example("")],
    "user role-labels": [Example(""), Example("khongco", code=2, door="archive.administer")],
    "user position add": [Example("{person} --title t --from 2022-01-02 --to 2022-01-01", PERSON, code=2)],
    "user position end": [Example("{position}", (("position", "position"),), code=5)],
    "user position list": [Example("{person}", PERSON)],
    "user leave": [Example("{person} --to {person}", PERSON, code=5)],
    "user hand-over show": [Example("{person}", PERSON)],
    "rights order": [Example("{person} --number 1 --on 2022-01-01 --signer x --to 2022-01-01 --reason x", PERSON, code=5)],
    "rights grant": [Example("{person} --role officer", PERSON, code=5)],
    "rights end": [Example("{ended}", (("ended", "grant"),), code=5)],
    "rights confirm": [Example("{ended}", (("ended", "grant"),), code=5)],
    "rights list": [Example("{person}", PERSON), Example("--unconfirmed", door="right.confirm", shows=("grant", "grant"))],
    "rights explain": [Example("{person} {document}", PERSON + (("document", "explained"),))],
    "secrecy set": [Example("{document} toi_mat --reason x", DOCUMENT)],
    "secrecy list": [Example("", shows=("waiting", "document"))],
    "secrecy confirm": [Example("{proposal}", (("proposal", "proposal"),), code=5)],
    "secrecy refuse": [Example("{proposal} --reason x", (("proposal", "proposal"),), code=5, then="secrecy.confirm")],
    "readers new": [Example("? --unit {unit} --secrecy xyz", code=2)],
    "readers list": [Example("", shows=("list", "list"))],
    "readers show": [Example("{list}", (("list", "list"),))],
    "readers add": [Example("{list} {person} --from 2020-01-01 --to 2020-01-02", (("list", "list"),), code=2)],
    "readers end": [Example("{entry}", (("entry", "list"),), code=5)],
    "readers confirm": [Example("{entry}", (("entry", "list"),), code=5)],
    "readers set": [Example("{document} --list khongco --reason x", DOCUMENT, code=4)],
    "unit add": [Example("{unit} --title x --parent {unit}", UNIT, code=5)],
    "unit list": [Example("")],
    "unit rename": [Example("{unit} --title CUC.1", UNIT)],
    "unit change": [Example("{unit} --tells-hidden no", UNIT)],
    "unit close": [Example("{unit} --into {unit}", UNIT, code=5)],
    "unit merge": [Example("{unit} --into {unit}", UNIT, code=5)],
    "unit split": [Example("{unit} --into {unit}", UNIT, code=5)],
    "dossier new": [Example("HS1 --title x --unit {unit} --year 2021 --secrecy toi_mat", (("unit", "graded"),), code=5)],
    "dossier show": [Example("{dossier}", (("dossier", "dossier"),), shows=("document", "document"))],
    "dossier list": [Example("", shows=("dossier", "dossier"))],
    "register book add": [Example("VBD --direction in --unit {unit} --year 2021 --secrecy toi_mat", (("unit", "graded"),), code=5)],
    "register book list": [Example("", shows=("book", "book"))],
    "register in add": [Example("--book {book} --document {document} --arrived-on 2021-06-05", BOOK + DOCUMENT, code=5)],
    "register in list": [Example("--book {book}", BOOK, shows=("document", "document"))],
    "register in void": [Example("1 --book {book} --reason x", BOOK, code=5)],
    "register in gaps": [Example("--book {book}", BOOK)],
    "register out add": [Example("--book {book} --subject x", code=4)],
    "register out list": [Example("--book {book}", code=4)],
    "register out void": [Example("--book {book} 1 --reason x", code=4)],
    "register out gaps": [Example("--book {book}", code=4)],
    "register internal add": [Example("--book {book} --subject x", code=4)],
    "register internal list": [Example("--book {book}", code=4)],
    "register internal void": [Example("--book {book} 1 --reason x", code=4)],
    "register internal gaps": [Example("--book {book}", code=4)],
    "set new": [Example("tap {document}", DOCUMENT, changes=True), Example("tap --query khongco", code=4)],
    "set list": [Example("", shows=("record_set", "record_set"))],
    "set show": [Example("{record_set}", (("record_set", "record_set"),), shows=("document", "document"))],
    "set remove": [Example("{record_set}", (("record_set", "record_set"),), code=5, then="user.administer")],
    "export": [Example("--set {record_set} --to {out}.zip", (("record_set", "record_set"),), changes=True),
               Example("--dossier {dossier} --to {out}.zip", (("dossier", "dossier"),), changes=True), Example("--query khongco --to {out}.zip", code=4)],
    "package verify": [Example("{file}", code=7)],
    "verify": [Example("", changes=True)],
    "audit verify": [Example("")],
    "audit checkpoint": [Example("")],
    "audit list": [Example("--object {document}", shows=("number", "document"))],
    "audit export": [Example("--to {out}")],
    "audit extract": [Example("--to {out}.csv", changes=True)],
    "audit verifier": [Example("")],
    "report access": [Example("")],
    "index rebuild": [Example("")],
    "index check": [Example("")],
    "index compact": [Example("")],
    "index stats": [Example("")],
    "job list": [Example("", shows=("job", "job"))],
    "job show": [Example("{job}", (("job", "job"),))],
    "job cancel": [Example("{job}", (("job", "job"),), code=5)],
    "job retry": [Example("{job}", (("job", "job"),), code=5, then="document.register")],
    "doctor": [Example("")],
}


class Matrix(RightsCase):
    maxDiff = None

    def setUp(self):
        super().setUp()
        leaver = self.add("nghiviec", "officer", "CUC.1", "open", "--no-password")
        token = self.ok("user", "token", "doituong", "--title", "t").json()["id"]
        self.ok("user", "revoke", token)
        ended = self.ok("rights", "list", "nghiviec").json()["grants"][0]["id"]
        self.ok("rights", "end", ended)
        self.ok("user", "disable", "nghiviec")
        waiting = self.ok("secrecy", "set", self.document, "mat", "--reason", "x").json()["id"]
        self.names = {"home": self.place, "file": self.write("khac.txt", "Biên bản bàn giao\n"), "short": self.write("short", "x\n"), "document": self.document, "number": "1/BC-HC",
                      "title": "kiểm kê kho", "dossier": self.dossier, "job": self.job, "person": self.target, "leaver": leaver, "grant": self.grant, "ended": ended, "position": self.position,
                      "revoked": token, "proposal": self.proposal, "waiting": waiting, "unit": "CUC.1", "list": self.list, "entry": self.entry, "record_set": self.record_set, "book": self.book}
        self.outputs = self.folder / "out"
        self.outputs.mkdir()
        self.catalogue = sqlite3.connect(f"file:{self.place / 'catalog.db'}?mode=ro", uri=True)
        self.addCleanup(self.catalogue.close)

    def state(self):
        """What a command that is refused leaves as it was."""
        counts = [self.catalogue.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("audit_leaf", "job", "document", "account", "api_token")]
        return counts + [sorted(path.name for path in self.outputs.iterdir())]

    def type(self, path, example, reader, name=None, made_up=False):
        """The answer; and its texts without what was named, for an error may repeat that and nothing else."""
        names = self.names | {"out": self.outputs / "goi"} | ({name: MISSING} if made_up else {})
        words = [word.format(**names) for word in example.words.split()]
        token = [] if reader == OPERATOR else ["--token-file", self.tokens[reader.name]]
        answer = vtlt(*path.split(), *words, "--json", *token, home=self.place)
        return answer, [text.replace(names[name], "…") if name else text for text in (answer.out, answer.err)]

    def expected(self, row, example, reader):
        """open, refused or missing, and which of the named objects is missing."""
        if reader == OPERATOR:
            return "open", None
        action = example.door or row["action"]
        if row["for_operators"] or (action and not reader.has(action)):
            return "refused", None
        for name, kind in example.objects:
            if kind in ("unit", "graded"):
                if not reader.reaches() or (kind == "graded" and not reader.is_cleared()):
                    return "refused", None
            elif not reader.sees(kind):
                return "missing", name
        return ("open" if example.then is None or reader.has(example.then) else "refused"), None

    def judge(self, row, example, reader, expected, missing):
        """What is wrong with a cell; an empty text for nothing."""
        before = self.state()
        answer, told = self.type(row["path"], example, reader, missing)
        after = self.state()
        for path in self.outputs.iterdir():
            self.remove(path)
        if expected == "open":
            code = example.code if reader == OPERATOR or example.by_token is None else example.by_token
            if reader == OPERATOR:  # who confirms nothing, being no second person
                code = 6 if row["path"] == "secrecy confirm" else code
            if answer.code != code:
                return f"exit {answer.code}, not {code}: {answer.err[:200]}"
            if example.shows and (self.names[example.shows[0]] in answer.out) != (reader == OPERATOR or reader.sees(example.shows[1])):
                return f"shows {example.shows[0]}, or does not: {answer.out[:200]}"
            return "" if code == 0 or before == after else "changed something"
        if answer.out or before != after:
            return f"told or changed something: {answer.out[:200]} {before} {after}"
        if expected == "refused":
            code = json.loads(answer.err)["code"] if answer.code == 6 else ""
            return "" if code in ("auth.forbidden", "command.for_operators") else f"exit {answer.code}, not refused: {answer.err[:200]}"
        absent, of_absent = self.type(row["path"], example, reader, missing, made_up=True)
        if answer.code != 4 or absent.code != 4 or told != of_absent:
            return f"exit {answer.code}, hidden is not as missing: {answer.err[:200]} {absent.err[:200]}"
        return ""

    def remove(self, path):
        if path.is_dir():
            for below in path.iterdir():
                self.remove(below)
            path.rmdir()
        else:
            path.unlink()

    def ask_all(self, rows, readers, wrong, seen):
        for row in rows:
            for example in EXAMPLES[row["path"]]:
                for reader in readers:
                    expected, missing = self.expected(row, example, reader)
                    seen[expected] += 1
                    problem = self.judge(row, example, reader, expected, missing)
                    if problem:
                        wrong.append((row["path"], example.words, reader if reader == OPERATOR else tuple(reader[1:]), expected, problem))

    def test_every_command_for_every_reader(self):
        rows = self.table("vtlt-commands")
        self.assertEqual([row["path"] for row in rows if row["path"] not in EXAMPLES], [], "commands without an example in this test")
        self.assertEqual(set(EXAMPLES) - {row["path"] for row in rows}, set(), "examples of no command")
        readers = self.readers()
        for reader in readers:
            self.add(reader.name, reader.role, PLACES[reader.place], reader.clearance, "--no-password")
        self.tokens = {reader.name: self.token(reader.name) for reader in readers}
        started, wrong, seen = time.monotonic(), [], collections.Counter()
        self.ask_all(rows, [OPERATOR, *readers], wrong, seen)
        alone = sum(seen.values())
        with Server(self.place):
            self.ask_all(rows, [OPERATOR, *random.Random(SHIFT + 1).sample(readers, max(4, len(readers) // 20))], wrong, seen)
        count = sum(seen.values())
        print(f"{count} cells, {count - alone} of them through a server, {len(readers)} readers, {time.monotonic() - started:.0f} s: {dict(seen)}", file=sys.stderr)
        self.assertEqual(wrong[:20], [], f"{len(wrong)} of {count} cells wrong: {collections.Counter(cell[0] for cell in wrong)}")
        self.assertGreater(min(seen.values()), count // 50, seen)
        if ALL:
            self.assertGreaterEqual(count, 10000)
        self.assert_whole(self.place)


class Table(RightsCase):
    def test_the_documentation_tells_the_action_of_every_command(self):
        text = pathlib.Path(SOURCE / "docs" / "cli.md").read_text(encoding="utf-8")
        told = {}
        for line in text.split("\n## Rights of commands\n")[1].split("\n## ")[0].splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("| `"):
                told.update({command.strip("` "): cells[1].strip("`") for command in cells[0].split("` `")})
        rows = self.table("vtlt-commands")
        self.assertEqual(told, {row["path"]: row["action"] or ("the operator" if row["for_operators"] else "none") for row in rows})

    def test_the_help_names_every_command_in_the_order_of_the_table(self):
        def named(*group):
            text = vtlt(*group, "--help", "--lang", "en").out.split("\nCommands:\n")[1]
            return [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2:3] not in (" ", "")]

        paths = [tuple(row["path"].split()) for row in self.table("vtlt-commands")]
        for group in {path[:depth] for path in paths for depth in range(len(path))}:
            inside = dict.fromkeys(path[len(group)] for path in paths if path[:len(group)] == group)
            self.assertEqual(named(*group), list(inside))


if __name__ == "__main__":
    main()
