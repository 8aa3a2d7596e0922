# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit that tells of its hidden records tells who has a role in it that they are there, and nothing else; nobody else is told."""
import io
import json
import re
import subprocess
import zipfile

from vtlt_case import BUILD, VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server

PAPER = "BỘ THỬ\nSố: {number}/BC-HC\nHà Nội, ngày 05 tháng 6 năm 2021\n\nBÁO CÁO\nKiểm kê kho {words}\n"
# In the hidden records alone.
SECRET = ("xyzzyquang", "plughbao", "771", "772", "773", "Mật", '"mat"')
MISSING = "7" * 20


class HiddenTold(VtltCase):
    def ok(self, *arguments):
        answer = vtlt(*arguments, "--json", home=self.place)
        self.assertEqual(answer.code, 0, answer)
        return answer

    def take_in(self, name, unit, number, words, secrecy):
        self.ok("dossier", "new", name, "--title", "Kho", "--unit", unit, "--year", "2021", "--secrecy", secrecy)
        path = self.write(f"in/{name}.txt", PAPER.format(number=number, words=words))
        return next(line["id"] for line in self.ok("ingest", path, "--dossier", name, "--secrecy", secrecy).lines() if "id" in line)

    def setUp(self):
        super().setUp()
        self.place = self.home()
        self.ok("unit", "add", "CUC", "--title", "Cục")
        self.ok("unit", "add", "VU", "--title", "Vụ")
        self.open = self.take_in("HS1", "CUC", 1, "chung", "open")
        self.hidden = self.take_in("HS2", "CUC", 771, "xyzzyquang", "mat")
        self.hidden_too = self.take_in("HS3", "CUC", 772, "plughbao", "tuyet_mat")
        self.of_others = self.take_in("HS4", "VU", 773, "xyzzyquang", "mat")
        password = self.write("password", PASSWORD + "\n")
        for name, role, unit in (("canbo", "officer", "CUC"), ("khac", "officer", "VU"), ("luutru", "archivist", "CQ"), ("quantri", "admin", "CUC"),
                                 ("quantrivu", "admin", "VU")):
            self.ok("user", "add", name, "--role", role, "--unit", unit, "--clearance", "open", "--password-file", password)

    def tell(self, word="yes"):
        unit = self.ok("unit", "change", "CUC", "--tells-hidden", word).json()
        self.assertEqual((unit["code"], unit["tells_hidden"]), ("CUC", word == "yes"))

    def person(self, server, name):
        person = Person(server)
        self.assertEqual(person.sign_in(name, PASSWORD).status, 303)
        return person

    def paths(self, uid):
        """Every GET below a document, from the program's own table."""
        rows = json.loads(subprocess.run([str(BUILD / "bin/vtlt-routes")], stdout=subprocess.PIPE, check=True).stdout)
        found = [row["pattern"] for row in rows if row["method"] == "GET" and re.match(r"(/api/v1)?/documents/\{id\}", row["pattern"])]
        self.assertGreaterEqual(len(found), 7)
        return [re.sub(r"\{\w+\}", "1", path.replace("{id}", uid, 1)) for path in found]

    def seen(self, answer, uid):
        body = re.sub(rb'name="csrf" (content|value)="[^"]*"', b"csrf", answer.body.replace(uid.encode(), b"ID"))
        headers = {k.lower(): v for k, v in answer.headers.items() if k.lower() not in ("date", "x-request-id", "set-cookie", "content-length")}
        return answer.status, headers, body

    def answers(self, person, uid):
        return [self.seen(person.get(path), uid) for path in self.paths(uid)]

    def test_who_has_a_role_there_is_told_that_it_is_there_and_nothing_else(self):
        self.tell()
        with Server(self.place) as server:
            person = self.person(server, "canbo")
            for path in self.paths(self.hidden):
                answer = person.get(path)
                self.assertEqual(answer.status, 403, path)
                if path.startswith("/api/"):
                    self.assertEqual((answer.json["code"], answer.json["kind"]), ("document.hidden_told", "forbidden"), path)
                    self.assertEqual(set(answer.json), {"format_version", "type", "status", "kind", "code", "title", "detail", "errors"}, path)
                for word in SECRET:
                    self.assertNotIn(word, answer.text.replace(self.hidden, ""), path)
            # One record as another, of whatever grade.
            self.assertEqual(self.answers(person, self.hidden), self.answers(person, self.hidden_too))
            changed = person.send_json("PATCH", f"/api/v1/documents/{self.hidden}", {"title": "x"}, If_Match='"1"')
            self.assertEqual((changed.status, changed.json["code"]), (403, "document.hidden_told"))
            # Where nobody tells, and where there is nothing, it is as ever.
            self.assertEqual(self.answers(person, self.of_others), self.answers(person, MISSING))
            self.assertEqual(person.get(f"/documents/{self.of_others}").status, 404)
            for name in ("khac", "quantri"):
                other = self.person(server, name)
                self.assertEqual(self.answers(other, self.hidden), self.answers(other, MISSING), name)
            # Nothing is kept of the policy: with the next request it is another.
            self.assertEqual(vtlt("unit", "change", "CUC", "--tells-hidden", "no", home=self.place).code, 0)
            self.assertEqual(self.answers(person, self.hidden), self.answers(person, MISSING))

    def test_searches_count_what_is_told(self):
        self.tell()
        with Server(self.place) as server:
            for name, query, excluded in (("canbo", "kho", 2), ("canbo", "xyzzyquang", 1), ("canbo", "khongco", 0), ("canbo", "so:772", 1), ("canbo", "so:773", 0),
                                          ("luutru", "xyzzyquang", 1), ("khac", "kho", None), ("khac", "xyzzyquang", None)):
                person = self.person(server, name)
                found = person.get(f"/api/v1/search?q={query}").json
                self.assertEqual(found["excluded"], excluded, (name, query))
                self.assertEqual(found["total"], 1 if query == "kho" and name != "khac" else 0, (name, query))
                page = person.get(f"/search?q={query}").text
                self.assertEqual("Ngoài ra có" in page, bool(excluded), (name, query))
                told = vtlt("search", query, "--as", name, "--json", home=self.place).json()
                self.assertEqual(told["excluded"], excluded, (name, query))
            said = vtlt("search", "kho", "--as", "canbo", "--lang", "en", home=self.place)
            self.assertIn("2 more documents match", said.err)
        self.tell("no")
        self.assertIsNone(vtlt("search", "kho", "--as", "canbo", "--json", home=self.place).json()["excluded"])

    def test_a_package_says_what_it_leaves_out(self):
        self.tell()
        with Server(self.place) as server:
            for name, excluded in (("canbo", 2), ("luutru", 2), ("khac", None)):
                person = self.person(server, name)
                self.assertEqual(person.get("/api/v1/packages/preflight?q=kho").json["excluded"], excluded)
                self.assertEqual("Không gồm 2 tài liệu" in person.get("/packages/new?q=kho").text, bool(excluded))
                if name == "khac":
                    continue  # there is nothing for him to take
                uid = person.send_json("POST", "/api/v1/packages", {"q": "kho", "name": "goi"}).json["id"]
                self.assertEqual(person.wait_for_job(uid)["result"]["excluded"], excluded)
                self.assertIn("Không gồm 2 tài liệu", person.get(f"/packages/{uid}").text)
                with zipfile.ZipFile(io.BytesIO(person.get(f"/api/v1/packages/{uid}/download").body)) as bag:
                    (query,) = [json.loads(bag.read(one)) for one in bag.namelist() if one.endswith("/query.json")]
                self.assertEqual((query["count"], query["excluded"]), (1, excluded))
        told = self.ok("export", "--query", "kho", "--to", self.folder / "tat-ca.zip").json()
        self.assertEqual((told["documents"], told["excluded"]), (4, None))

    def test_the_command_line_ends_with_6(self):
        token = self.ok("user", "token", "canbo", "--title", "t", "--scope", "read,write").json()["token"]
        file = self.write("token", token + "\n")
        file.chmod(0o600)

        def ask(*words):
            answer = vtlt(*words, "--token-file", file, "--json", home=self.place)
            return answer.code, json.loads(answer.err)["code"]

        for command in (["show"], ["cat"], ["history"], ["edit", "--title", "x"]):
            self.assertEqual(ask(*command, self.hidden), (4, "document.not_found"), command)
        self.tell()
        for command in (["show"], ["cat"], ["history"], ["edit", "--title", "x"]):
            self.assertEqual(ask(*command, self.hidden), (6, "document.hidden_told"), command)
            self.assertEqual(ask(*command, self.of_others), (4, "document.not_found"), command)
        # Which number a hidden record bears is not told.
        self.assertEqual(ask("show", "771/BC-HC"), (4, "document.not_found"))

    def test_who_administers_the_unit_chooses_its_policy(self):
        with Server(self.place) as server:
            administrator, stranger = self.person(server, "quantri"), self.person(server, "quantrivu")
            path = "/api/v1/units/CUC/policy"
            refused = stranger.send_json("POST", path, {"tells_hidden": True})
            self.assertEqual((refused.status, refused.json["code"]), (403, "auth.forbidden"))
            self.assertEqual(self.person(server, "canbo").send_json("POST", path, {"tells_hidden": True}).status, 403)
            self.assertEqual(administrator.send_json("POST", path, {}).json["code"], "unit.no_policy")
            self.assertEqual(administrator.send_json("POST", path, {"tells_hidden": True}).json["tells_hidden"], True)
            self.assertIn("có báo tài liệu bị ẩn", stranger.get("/units").text)
            # With script off: a form of the page.
            self.assertEqual(administrator.post_form("/units/policy", policy_unit="CUC").status, 303)
            units = {unit["code"]: unit["tells_hidden"] for unit in administrator.get("/api/v1/units").json["units"]}
            self.assertEqual(units, {"CQ": False, "CUC": False, "VU": False})
            self.assertEqual(administrator.post_form("/units/policy", policy_unit="CUC", tells_hidden="1").status, 303)
            self.assertEqual(stranger.post_form("/units/policy", policy_unit="CUC").status, 403)
            self.assertEqual(administrator.post_form("/units/policy", policy_unit="").status, 422)
        changed = [event for event in self.ok("audit", "list", "--action", "unit.").json()["events"] if event["action"] == "unit.changed"]
        self.assertEqual(len(changed), 3)
        wrong = vtlt("unit", "change", "CUC", "--tells-hidden", "maybe", "--json", home=self.place)
        self.assertEqual((wrong.code, json.loads(wrong.err)["code"]), (2, "option.not_yes_or_no"))


if __name__ == "__main__":
    main()
