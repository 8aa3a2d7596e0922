#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see what, by units, roles, grades and days, as people and scripts meet it."""
import json
import re

from vtlt_case import VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server

REPORT = "CỤC HẬU CẦN\nSố: {number}/BC-{unit}\nHà Nội, ngày {day:02} tháng 6 năm {year}\n\nBÁO CÁO\nKết quả diễn tập của {unit}\nNội dung {word}.\n"


class RightsCase(VtltCase):
    """A ministry of three levels, one dossier in each unit, one report in each dossier."""

    UNITS = [("CUC", ""), ("CUC.1", "CUC"), ("CUC.2", "CUC"), ("VU", "")]

    def setUp(self):
        super().setUp()
        self.place = self.home()
        for code, parent in self.UNITS:
            self.ok("unit", "add", code, "--title", f"Đơn vị {code}", *(["--parent", parent] if parent else []))
        self.documents = {}
        for number, unit in enumerate(["CQ", "CUC", "CUC.1", "CUC.2", "VU"], 1):
            code = f"{number:02}.HC"
            self.ok("dossier", "new", code, "--title", f"Hồ sơ của {unit}", "--unit", unit, "--opened-on", f"{2017 + number}-03-01")
            path = self.write(f"{unit}.txt", REPORT.format(number=number, unit=unit, day=number, year=2017 + number, word=f"tu{number}rieng"))
            self.documents[unit] = self.ok("ingest", str(path), "--dossier", code, lines=True)[0]["id"]

    def vtlt(self, *arguments):
        return vtlt(*arguments, home=self.place)

    def ok(self, *arguments, lines=False):
        answer = self.vtlt(*arguments, "--json")
        self.assertEqual(answer.code, 0, answer)
        return answer.lines() if lines else answer.json()

    def join(self, name, unit, role, *more, scopes=("read", "write", "export", "verify", "admin")):
        """A person with a token of his own: the path of its file."""
        self.ok("user", "add", name, "--unit", unit, "--role", role, "--no-password", *more)
        secret = self.ok("user", "token", name, "--title", "Thử", *[f"--scope={s}" for s in scopes])["token"]
        path = self.write(f"token-{name}", secret + "\n")
        path.chmod(0o600)
        return str(path)

    def units_seen(self, token, query="ket qua dien tap"):
        answer = self.ok("search", query, "--limit", "50", "--token-file", token)
        seen = sorted(hit["dossier"].split("/")[0] for hit in answer["hits"])
        self.assertEqual(answer["total"], len(seen))
        self.assertEqual(self.vtlt("search", query, "--count", "--token-file", token).out.strip(), str(len(seen)))
        return seen

    def refused(self, code, kind, *arguments):
        answer = self.vtlt(*arguments, "--json")
        self.assertEqual((answer.code, answer.out), (code, ""), answer)
        self.assertEqual(json.loads(answer.err)["code"], kind, answer)
        return answer.err


class Units(RightsCase):
    def test_everybody_finds_what_his_units_have_and_nothing_else(self):
        chief = self.join("truong", "CUC", "leader")
        clerk = self.join("vanthu", "CUC", "clerk", "--only-unit")
        officer = self.join("canbo", "CUC.1", "officer")
        whole = self.join("luutru", "CQ", "archivist")
        administrator = self.join("quantri", "CQ", "admin")
        self.assertEqual(self.units_seen(chief), ["CUC", "CUC.1", "CUC.2"])
        self.assertEqual(self.units_seen(clerk), ["CUC"])
        self.assertEqual(self.units_seen(officer), ["CUC.1"])
        self.assertEqual(self.units_seen(whole), ["CQ", "CUC", "CUC.1", "CUC.2", "VU"])
        self.refused(6, "auth.forbidden", "search", "ket qua", "--token-file", administrator)
        self.assert_whole(self.place)

    def test_hidden_is_missing_in_every_command(self):
        officer = self.join("canbo", "CUC.1", "officer")
        hidden, absent = self.documents["VU"], "0" * 20
        for command in (["show"], ["cat"], ["cat", "--text"]):
            told = [self.refused(4, "document.not_found", *command, uid, "--token-file", officer).replace(uid, "ID") for uid in (hidden, absent)]
            self.assertEqual(told[0], told[1])
        self.refused(4, "document.not_found", "show", "5/BC-VU", "--token-file", officer)
        self.refused(4, "dossier.not_found", "dossier", "show", "05.HC", "--token-file", officer)
        self.assertEqual([d["unit"] for d in self.ok("dossier", "list", "--token-file", officer)["dossiers"]], ["CUC.1"])
        self.refused(4, "export.no_documents", "export", "--query", "tu5rieng", "--to", str(self.folder / "a.zip"), "--token-file", officer)
        self.refused(4, "dossier.not_found", "export", "--dossier", "05.HC", "--to", str(self.folder / "b.zip"), "--token-file", officer)
        # A code that another unit has too is not ambiguous for who sees one of them.
        self.ok("dossier", "new", "03.HC", "--title", "Trùng mã", "--unit", "VU", "--opened-on", "2020-01-01")
        self.assertEqual(self.ok("dossier", "show", "03.HC", "--token-file", officer)["unit"], "CUC.1")

    def test_a_package_holds_what_its_maker_may_take(self):
        chief = self.join("truong", "CUC", "leader")
        made = self.ok("export", "--query", "ket qua dien tap", "--to", str(self.folder / "goi.zip"), "--token-file", chief)
        self.assertEqual(made["documents"], 3)

    def test_the_same_bytes_in_a_foreign_unit_are_no_duplicate(self):
        clerk = self.join("vanthu", "CUC.1", "clerk")
        (first,) = [line for line in self.ok("ingest", str(self.folder / "VU.txt"), "--dossier", "03.HC", "--token-file", clerk, lines=True) if "outcome" in line]
        self.assertEqual((first["outcome"], first["duplicate_of"]), ("accepted", None))
        self.refused(4, "dossier.not_found", "ingest", str(self.folder / "VU.txt"), "--dossier", "05.HC", "--token-file", clerk)

    def test_a_merged_unit_leaves_its_records_to_its_successor(self):
        before = self.join("truoc", "CUC.1", "clerk")
        after = self.join("sau", "CUC.2", "clerk")
        closed = self.ok("unit", "merge", "CUC.1", "--into", "CUC.2")
        self.assertEqual((closed["people"], closed["roles"], closed["moved"]), (1, 1, False))
        self.assertEqual(self.units_seen(after), ["CUC.1", "CUC.2"])
        self.assertEqual(self.units_seen(before), [])
        unit = next(u for u in self.ok("unit", "list")["units"] if u["code"] == "CUC.1")
        self.assertIsNotNone(unit["closed_on"])
        self.ok("user", "change", "truoc", "--unit", "CUC.2")
        self.assertEqual(self.units_seen(before), ["CUC.1", "CUC.2"])
        self.refused(5, "unit.is_root", "unit", "close", "CQ")
        self.refused(5, "unit.closed", "unit", "close", "CUC.1")
        self.assertEqual(self.ok("unit", "rename", "VU", "--title", "Vụ Mới")["title"], "Vụ Mới")
        self.assert_whole(self.place)


class Grants(RightsCase):
    def test_an_inspector_sees_a_unit_and_a_period_and_is_told_apart(self):
        inspector = self.join("doan", "VU", "officer")
        self.assertEqual(self.units_seen(inspector), ["VU"])
        made = self.ok("rights", "grant", "doan", "--role", "inspector", "--unit", "CUC", "--records-from", "2019-01-01", "--records-to", "2020-12-31",
                       "--to", "2099-12-31", "--reason", "QĐ 15/QĐ-TTr")
        self.assertEqual(self.units_seen(inspector), ["CUC", "CUC.1", "VU"])
        self.assertEqual(len(self.ok("rights", "list", "doan")["grants"]), 2)
        self.ok("rights", "end", made["id"])
        self.assertEqual(self.units_seen(inspector), ["VU"])
        self.assertEqual(len(self.ok("rights", "list", "doan", "--past")["grants"]), 2)
        self.refused(5, "grant.ended_already", "rights", "end", made["id"])

    def test_a_change_warns_until_another_person_confirms_it(self):
        administrator = self.join("quantri", "CQ", "admin")
        keeper = self.join("baomat", "CQ", "security_officer")
        self.join("canbo", "CUC.1", "officer")
        made = self.ok("rights", "grant", "canbo", "--role", "clerk", "--token-file", administrator)
        waiting = [g["id"] for g in self.ok("rights", "list", "--unconfirmed", "--token-file", keeper)["grants"]]
        self.assertIn(made["id"], waiting)
        self.refused(6, "grant.needs_another_person", "rights", "confirm", made["id"], "--token-file", administrator)
        self.refused(6, "grant.needs_another_person", "rights", "confirm", made["id"])
        self.ok("rights", "confirm", made["id"], "--token-file", keeper)
        self.assertNotIn(made["id"], [g["id"] for g in self.ok("rights", "list", "--unconfirmed", "--token-file", keeper)["grants"]])
        self.assert_whole(self.place)

    def test_why_somebody_can_or_cannot_read_is_told(self):
        self.join("truong", "CUC", "leader")
        self.join("canbo", "VU", "officer")
        yes = self.ok("rights", "explain", "truong", self.documents["CUC.1"])
        self.assertEqual((yes["allowed"], yes["grants"][0]["gives"]), (True, {"role": True, "unit": True, "period": True, "set": True, "all": True}))
        no = self.ok("rights", "explain", "canbo", self.documents["CUC.1"])
        self.assertEqual((no["allowed"], no["grants"][0]["gives"]["unit"]), (False, False))
        text = self.vtlt("rights", "explain", "canbo", "3/BC-CUC.1").out
        self.assertIn("không đọc được", text)
        self.assertIn("✗ tới đơn vị CUC.1", text)
        self.refused(4, "document.not_found", "rights", "explain", "canbo", "0" * 20)

    def test_delegation_ends_with_whose_it_is(self):
        self.join("truong", "CUC", "leader")
        deputy = self.join("pho", "CUC.1", "officer")
        own = self.ok("rights", "list", "truong")["grants"][0]["id"]
        self.refused(2, "grant.needs_end", "rights", "grant", "pho", "--delegated-from", own)
        self.ok("rights", "grant", "pho", "--delegated-from", own, "--to", "2099-12-31")
        self.assertEqual(self.units_seen(deputy), ["CUC", "CUC.1", "CUC.2"])
        self.ok("user", "disable", "truong")
        self.assertEqual(self.units_seen(deputy), ["CUC.1"])


class Sets(RightsCase):
    def test_an_inspector_sees_a_saved_set_within_his_unit_and_nothing_else(self):
        made = self.ok("set", "new", "Tập kiểm tra", self.documents["CUC.1"], "2/BC-CUC", self.documents["VU"])
        self.assertEqual(made["documents"], 3)
        inspector = self.join("doan", "CQ", "council_member", "--only-unit")
        self.assertEqual(self.units_seen(inspector), ["CQ"])
        self.refused(4, "record_set.not_found", "set", "show", made["id"], "--token-file", inspector)
        self.assertEqual(self.ok("set", "list", "--token-file", inspector)["record_sets"], [])
        self.refused(2, "grant.needs_end", "rights", "grant", "doan", "--role", "inspector", "--unit", "CUC", "--set", made["id"])
        grant = self.ok("rights", "grant", "doan", "--role", "inspector", "--unit", "CUC", "--set", made["id"], "--to", "2099-12-31")
        self.assertEqual(grant["record_set"], made["id"])
        # Of the set what his unit has: not the one of VU, and not what else CUC has.
        self.assertEqual(self.units_seen(inspector), ["CQ", "CUC", "CUC.1"])
        shown = self.ok("set", "show", made["id"], "--token-file", inspector)
        self.assertEqual((shown["documents"], [item["unit"] for item in shown["items"]]), (2, ["CUC.1", "CUC"]))
        self.refused(4, "document.not_found", "show", self.documents["CUC.2"], "--token-file", inspector)
        self.refused(4, "document.not_found", "show", self.documents["VU"], "--token-file", inspector)
        self.assertEqual(self.ok("dossier", "list", "--token-file", inspector)["dossiers"][0]["unit"], "CQ")
        package = self.ok("export", "--set", made["id"], "--to", str(self.folder / "tap.zip"), "--token-file", inspector)
        self.assertEqual(package["documents"], 2)
        gives = self.ok("rights", "explain", "doan", self.documents["CUC.2"])["grants"][1]["gives"]
        self.assertEqual(gives, {"role": True, "unit": True, "period": True, "set": False, "all": False})
        self.assertIn("✗ có trong tập", self.vtlt("rights", "explain", "doan", self.documents["CUC.2"]).out)
        # The index built anew says the same.
        self.ok("index", "rebuild")
        self.assertEqual(self.units_seen(inspector), ["CQ", "CUC", "CUC.1"])
        self.refused(5, "record_set.in_use", "set", "remove", made["id"])
        self.refused(6, "auth.forbidden", "set", "remove", made["id"], "--token-file", inspector)
        self.ok("rights", "end", grant["id"])
        self.assertEqual(self.units_seen(inspector), ["CQ"])
        self.ok("set", "remove", made["id"])
        self.refused(4, "record_set.not_found", "set", "show", made["id"])
        self.assert_whole(self.place)

    def test_a_set_of_a_query_is_what_its_maker_may_read_and_does_not_grow(self):
        chief = self.join("truong", "CUC", "leader")
        made = self.ok("set", "new", "Diễn tập", "--query", "ket qua dien tap", "--token-file", chief)
        self.assertEqual((made["documents"], made["unit"], made["query"]), (3, "CUC", "ket qua dien tap"))
        self.refused(4, "record_set.no_documents", "set", "new", "x", "--query", "tu5rieng", "--token-file", chief)
        self.refused(2, "record_set.query_or_documents", "set", "new", "x")
        path = self.write("them.txt", REPORT.format(number=9, unit="CUC", day=9, year=2021, word="them"))
        self.ok("ingest", str(path), "--dossier", "02.HC", lines=True)
        self.assertEqual(self.ok("search", "ket qua dien tap", "--token-file", chief)["total"], 4)
        first = self.ok("set", "show", made["id"], "--limit", "2", "--token-file", chief)
        self.assertEqual((first["documents"], len(first["items"])), (3, 2))
        rest = self.ok("set", "show", made["id"], "--limit", "2", "--cursor", first["next_cursor"], "--token-file", chief)
        self.assertEqual((len(rest["items"]), rest["next_cursor"]), (1, None))
        self.assertIn("3 tài liệu", self.vtlt("set", "list", "--token-file", chief).out)

    def test_pages_and_programs_do_the_same(self):
        password = self.write("password", PASSWORD + "\n")
        for name, role in (("truong", "leader"), ("quantri", "admin"), ("doan", "council_member")):
            self.ok("user", "add", name, "--unit", "CUC" if role == "leader" else "CQ", "--only-unit" if role == "council_member" else "--clearance=mat", "--role", role,
                    "--password-file", str(password))
        doan = next(user["id"] for user in self.ok("user", "list")["users"] if user["name"] == "doan")
        with Server(self.place) as server:
            chief, administrator, inspector = (Person(server) for _ in range(3))
            for person, name in ((chief, "truong"), (administrator, "quantri"), (inspector, "doan")):
                self.assertEqual(person.sign_in(name, PASSWORD).status, 303)
            self.assertIn('href="/sets/new?q=ket%20qua%20dien%20tap"', chief.get("/search?q=ket qua dien tap").text)
            self.assertIn("f-title", chief.get("/sets/new?q=ket qua dien tap").text)
            self.assertEqual(chief.post_form("/sets", q="ket qua dien tap", title=" ").status, 422)
            made = chief.post_form("/sets", q="ket qua dien tap", title="Tập <b>kiểm tra</b>")
            self.assertEqual(made.status, 303)
            page, uid = made.headers["Location"], made.headers["Location"].rsplit("/", 1)[1]
            self.assertIn("Tập &lt;b&gt;kiểm tra", chief.get(page).text)
            self.assertEqual(inspector.get(page).status, 404)
            self.assertNotIn("kiểm tra", inspector.get("/sets").text)
            self.assertIn(f'value="{uid}"', administrator.get(f"/people/{doan}").text)
            self.assertEqual(administrator.post_form(f"/people/{doan}/grants", role="inspector", unit="CUC", record_set=uid, to="31/12/2099").status, 303)
            self.assertEqual(inspector.sign_in("doan", PASSWORD).status, 303)  # a change of rights ends what was open
            answer = inspector.get(f"/api/v1/record-sets/{uid}?limit=2")
            self.assertEqual((answer.status, answer.headers["X-Total-Count"], len(answer.json["items"]), answer.json["query"]), (200, "3", 2, None))
            following = re.match(r"<([^>]+)>; rel=\"next\"", answer.headers["Link"])[1]
            self.assertEqual(len(inspector.get(following).json["items"]), 1)
            self.assertEqual(len(re.findall('class="doc-title"', inspector.get(page).text)), 3)
            self.assertIn("Tập", inspector.get(f"/packages/new?set={uid}").text)
            self.assertEqual(inspector.send_json("POST", "/api/v1/packages", {"record_set": uid, "name": "goi"}).status, 202)
            self.assertEqual(inspector.send_json("POST", "/api/v1/packages", {"record_set": "0" * 20, "name": "goi"}).status, 404)
            self.assertEqual(chief.ask("DELETE", f"/api/v1/record-sets/{uid}", headers={"X-CSRF-Token": chief.csrf}).json["code"], "record_set.in_use")
            one = chief.send_json("POST", "/api/v1/record-sets", {"title": "Một", "documents": [self.documents["CUC.1"]]})
            self.assertEqual((one.status, one.json["documents"]), (201, 1))
            self.assertEqual(chief.send_json("POST", "/api/v1/record-sets", {"title": "Hai", "documents": [self.documents["VU"]]}).status, 404)
            self.assertEqual(chief.ask("DELETE", one.headers["Location"], headers={"X-CSRF-Token": chief.csrf}).status, 204)
            self.assertEqual(chief.get(one.headers["Location"]).status, 404)


if __name__ == "__main__":
    main()
