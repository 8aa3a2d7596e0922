#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see what, by units, roles, grades and days, as people and scripts meet it."""
import datetime
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
        self.place = self.home("home", "--test-clock")
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


class Orders(RightsCase):
    """Who administers reads by a written order: two persons, for some days, and every reading is told."""

    PAPER = ("--number", "12/QĐ-CUC", "--on", "2022-09-19", "--signer", "Trần Văn Hùng", "--from", "2022-09-20", "--to", "2022-09-30", "--reason", "Khôi phục")

    def setUp(self):
        super().setUp()
        then = ("--now", "2022-09-01")
        self.administrator = self.join("quantri", "CQ", "admin", *then)
        self.keeper = self.join("baomat", "CQ", "security_officer", *then)
        self.restorer = self.join("phuchoi", "CUC", "admin", *then)

    def propose(self, *more):
        return self.ok("rights", "order", "phuchoi", *self.PAPER, *more, "--now", "2022-09-20", "--token-file", self.administrator)["id"]

    def test_nothing_is_read_before_it_is_confirmed_nor_after_its_last_day(self):
        inside, outside = self.documents["CUC.1"], self.documents["VU"]
        read = ["show", inside, "--token-file", self.restorer]
        self.refused(6, "auth.forbidden", *read, "--now", "2022-09-20")
        order = self.propose()
        self.refused(6, "auth.forbidden", *read, "--now", "2022-09-20")
        why = self.ok("rights", "explain", "phuchoi", inside, "--now", "2022-09-20")
        self.assertEqual((why["allowed"], [one["id"] for one in why["waiting_orders"]]), (False, [order]))
        self.assertIn("CHƯA CÓ HIỆU LỰC", self.vtlt("rights", "explain", "phuchoi", inside, "--now", "2022-09-20").out)
        self.assertIn("CHƯA CÓ HIỆU LỰC", self.vtlt("rights", "list", "phuchoi").out)
        for token in (self.administrator, self.restorer):
            self.refused(6, "grant.needs_another_person", "rights", "confirm", order, "--now", "2022-09-20", "--token-file", token)
        self.refused(6, "grant.needs_another_person", "rights", "confirm", order, "--now", "2022-09-20")
        told = self.vtlt("rights", "confirm", order, "--now", "2022-09-20", "--token-file", self.keeper)
        self.assertIn("có hiệu lực", told.err)
        self.assertEqual(self.ok(*read, "--now", "2022-09-20")["id"], inside)
        self.refused(4, "document.not_found", "show", outside, "--token-file", self.restorer, "--now", "2022-09-20")
        self.assertEqual(self.ok(*read, "--now", "2022-09-30")["id"], inside)
        self.refused(6, "auth.forbidden", *read, "--now", "2022-10-01")
        told = self.ok("audit", "list", "--action", "access.viewed", "--object", inside)["events"]
        self.assertEqual([event["detail"] for event in told], [{"order": order}] * 2)
        self.assert_whole(self.place)

    def test_it_is_for_reading_alone_and_can_be_ended(self):
        inside = self.documents["CUC.1"]
        order = self.propose("--unit", "VU")
        self.vtlt("rights", "confirm", order, "--now", "2022-09-20", "--token-file", self.keeper)
        read = ["show", self.documents["VU"], "--token-file", self.restorer, "--now", "2022-09-21"]
        self.ok(*read)
        self.refused(4, "document.not_found", "show", inside, "--token-file", self.restorer, "--now", "2022-09-21")
        self.refused(6, "auth.forbidden", "edit", self.documents["VU"], "--title", "x", "--token-file", self.restorer, "--now", "2022-09-21")
        self.refused(6, "auth.forbidden", "export", "--query", "dien tap", "--to", str(self.folder / "a.zip"), "--token-file", self.restorer, "--now", "2022-09-21")
        self.refused(4, "account.not_found", "rights", "grant", "baomat", "--role", "clerk", "--unit", "VU", "--token-file", self.restorer, "--now", "2022-09-21")
        self.ok("rights", "end", order, "--token-file", self.administrator, "--now", "2022-09-21")
        self.refused(6, "auth.forbidden", *read)
        self.refused(2, "order.too_long", "rights", "order", "phuchoi", *self.PAPER[:-4], "--to", "2022-10-20", "--reason", "x", "--now", "2022-09-20")
        self.assert_whole(self.place)

    def test_in_the_browser(self):
        password = self.write("password", PASSWORD + "\n")
        for name in ("quantri", "baomat", "phuchoi"):
            self.ok("user", "passwd", name, "--password-file", str(password))
        today = str(datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date())
        uid = self.ok("rights", "list", "phuchoi")["grants"][0]["account"]
        inside = self.documents["CUC.1"]
        with Server(self.place) as server:
            people = {name: Person(server) for name in ("quantri", "baomat", "phuchoi")}
            for name, person in people.items():
                self.assertEqual(person.sign_in(name, PASSWORD).status, 303)
            wrong = people["quantri"].post_form(f"/people/{uid}/orders", order_number="1", order_on="hôm qua", order_signer="x", order_to=today, order_reason="x")
            self.assertEqual((wrong.status, 'href="#f-order-on"' in wrong.text), (422, True))
            made = people["quantri"].post_form(f"/people/{uid}/orders", order_number="7/L", order_on=today, order_signer="Hùng", order_to=str(datetime.date.fromisoformat(today) + datetime.timedelta(days=1)), order_reason="Khôi phục")
            self.assertEqual(made.status, 303, made)
            self.assertEqual(people["phuchoi"].get(f"/documents/{inside}").status, 403)
            page = people["baomat"].get("/rights").text
            self.assertIn("Chưa có hiệu lực", page)
            confirm = re.search(r'action="(/grants/\w+/confirm)" method="post">(?:(?!</form>).)*cho lệnh có hiệu lực', page, re.S)[1]
            self.assertEqual(people["baomat"].post_form(confirm, back="/rights").status, 303)
            self.assertIn("lệnh có hiệu lực", people["baomat"].get("/rights").text)
            self.assertEqual(people["phuchoi"].sign_in("phuchoi", PASSWORD).status, 303)
            self.assertEqual(people["phuchoi"].get(f"/documents/{inside}").status, 200)
            self.assertEqual(people["phuchoi"].get(f"/documents/{self.documents['VU']}").status, 404)
            self.assertEqual(people["phuchoi"].send_json("PATCH", f"/api/v1/documents/{inside}", {"title": "x"}, If_Match='"1"').status, 403)
            self.assertEqual(people["phuchoi"].send_json("POST", "/api/v1/packages", {"query": "dien tap"}).status, 403)
            events = self.ok("audit", "list", "--object", inside, "--action", "access.viewed")["events"]
            self.assertEqual([one["detail"]["order"] for one in events], [confirm.split("/")[2]])
        self.assert_whole(self.place)


class Positions(RightsCase):
    def test_roles_come_and_go_with_a_position(self):
        token = self.join("lan", "CUC.1", "officer")  # from today on: in 2022 he has what his position gives
        made = self.ok("user", "position", "add", "lan", "--title", "Ủy viên Hội đồng", "--unit", "VU", "--role", "council_member", "--from", "2022-09-20", "--to",
                       "2022-12-31", "--now", "2022-09-01")

        def seen(day):
            answer = self.vtlt("search", "ket qua dien tap", "--token-file", token, "--now", day, "--json")
            return [] if answer.code == 6 else [hit["dossier"].split("/")[0] for hit in answer.json()["hits"]]

        self.assertEqual([seen(day) for day in ("2022-09-19", "2022-09-20", "2022-12-31", "2023-01-01")], [[], ["VU"], ["VU"], []])
        self.ok("user", "position", "end", made["id"], "--on", "2022-10-31", "--now", "2022-10-01")
        self.assertEqual([seen(day) for day in ("2022-10-31", "2022-11-01")], [["VU"], []])
        (listed,) = self.ok("user", "position", "list", "lan", "--now", "2022-10-31")["positions"]
        self.assertEqual((listed["title"], listed["to"], listed["held"], listed["roles"]), ("Ủy viên Hội đồng", "2022-10-31", True, ["council_member"]))
        self.refused(5, "position.ended_already", "user", "position", "end", made["id"], "--now", "2022-12-01")
        self.assertIn("Ủy viên Hội đồng", self.vtlt("user", "position", "list", "lan").out)
        self.assert_whole(self.place)

    def test_in_the_browser_and_over_rest(self):
        self.join("quantri", "CQ", "admin")
        self.join("lan", "CUC.1", "officer")
        self.join("minh", "CUC.1", "officer")
        self.ok("user", "passwd", "quantri", "--password-file", str(self.write("password", PASSWORD + "\n")))
        account = self.ok("rights", "list", "lan")["grants"][0]["account"]
        with Server(self.place) as server:
            person = Person(server)
            self.assertEqual(person.sign_in("quantri", PASSWORD).status, 303)
            bad = person.post_form(f"/people/{account}/positions", position_title="", position_unit="CUC.1")
            self.assertEqual((bad.status, 'href="#f-position-title"' in bad.text), (422, True))
            done = person.post_form(f"/people/{account}/positions", position_title="Trưởng phòng", position_unit="CUC.1", position_main="1", position_role="leader")
            self.assertEqual(done.status, 303)
            page = person.get(f"/people/{account}").text
            self.assertIn("Trưởng phòng", page)
            end = re.search(r'action="(/positions/\w+/end)"', page)[1]
            (listed,) = person.get(f"/api/v1/users/{account}/positions").json["positions"]
            self.assertEqual((listed["main"], listed["roles"], listed["held"]), (True, ["leader"], True))
            made = person.send_json("POST", f"/api/v1/users/{account}/positions", {"title": "Trợ lý", "unit": "VU", "to": "2099-12-31", "roles": ["clerk"]})
            self.assertEqual((made.status, made.json["unit"]), (201, "VU"))
            ended = person.send_json("POST", f"/api/v1/positions/{made.json['id']}/end", {"to": "2098-12-31"})
            self.assertEqual((ended.status, ended.json["to"]), (200, "2098-12-31"))
            self.assertEqual(person.post_form(end, back=f"/people/{account}").status, 303)
            # He leaves.
            self.assertEqual(person.post_form(f"/people/{account}/leave", leave_to="khongco").status, 422)
            left = person.post_form(f"/people/{account}/leave", leave_to="minh", leave_reason="Nghỉ hưu")
            self.assertEqual((left.status, left.headers["Location"]), (303, f"/people/{account}/hand-over"))
            minutes = person.get(left.headers["Location"]).text
            for word in ("Nghỉ hưu", "minh", "Chức vụ", "Vai trò", "BÊN NHẬN"):
                self.assertIn(word, minutes)
            (told,) = person.get(f"/api/v1/users/{account}/hand-overs").json["hand_overs"]
            self.assertEqual({item["what"] for item in told["items"]}, {"position", "role"})
            self.assertTrue(person.get(f"/api/v1/users/{account}").json["disabled"])
            again = person.send_json("POST", f"/api/v1/users/{account}/leave", {"to": "minh"})
            self.assertEqual((again.status, again.json["code"]), (409, "hand_over.left_already"))
        self.assert_whole(self.place)


class Leaving(RightsCase):
    def test_who_leaves_hands_over_and_is_shut_out(self):
        token = self.join("lan", "CUC.1", "officer")
        self.join("minh", "CUC.1", "officer")
        self.join("quantri", "CQ", "admin")
        self.refused(2, "hand_over.future", "user", "leave", "lan", "--to", "minh", "--on", "2099-01-01")
        self.refused(5, "hand_over.to_himself", "user", "leave", "lan", "--to", "lan")
        self.refused(5, "account.last_admin", "user", "leave", "quantri", "--to", "minh")
        made = self.ok("user", "leave", "lan", "--to", "minh", "--reason", "Nghỉ hưu")
        self.assertEqual([(item["what"], item["fate"]) for item in made["items"]], [("role", "ended")])
        self.assertNotEqual(self.vtlt("search", "dien tap", "--token-file", token).code, 0)
        (told,) = self.ok("user", "hand-over", "show", "lan")["hand_overs"]
        self.assertEqual((told["id"], told["to_name"], told["reason"]), (made["id"], "minh", "Nghỉ hưu"))
        self.assertIn("Nghỉ hưu", self.vtlt("user", "hand-over", "show", "lan").out)
        self.assertEqual([event["action"] for event in self.ok("audit", "list", "--action", "account.left")["events"]], ["account.left"])
        self.assert_whole(self.place)


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
            self.assertNotIn(uid, inspector.get("/sets").text)
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
