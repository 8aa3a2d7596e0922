#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see what, by units, roles, grades and days, as people and scripts meet it."""
import json

from vtlt_case import VtltCase, main, vtlt

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
        self.assertEqual((yes["allowed"], yes["grants"][0]["gives"]), (True, {"role": True, "unit": True, "period": True, "all": True}))
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


if __name__ == "__main__":
    main()
