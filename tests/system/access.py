# SPDX-License-Identifier: GPL-3.0-or-later
"""Who read, took, printed and was refused what: in the history before it is given, counted, and told to who audits alone. And a value of
a document is given back what it was, by page, REST and command."""
import re

from vtlt_case import VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server, add_person


class Accesses(VtltCase):
    def setUp(self):
        super().setUp()
        self.place = self.home()
        for name, role, clearance in (("lan", "archivist", "mat"), ("thap", "archivist", "open"), ("kiemtoan", "auditor", "mat"),
                                      ("kiemtoanthuong", "auditor", "open")):
            add_person(self, self.place, name, role, clearance)
        self.ingest(self.place, self.write("thuong.txt", "THÔNG BÁO\nnghỉ lễ\n"))
        self.ingest(self.place, self.write("mat.txt", "KẾ HOẠCH\ntuyệt diệu\n"), "--secrecy", "mat")
        ids = {hit["source_path"]: hit["id"] for hit in self.search(self.place, "*")["hits"]}
        self.open, self.secret = ids["thuong.txt"], ids["mat.txt"]
        self.server = Server(self.place)
        self.addCleanup(lambda: self.server.__exit__())

    def person(self, name):
        person = Person(self.server)
        self.assertEqual(person.sign_in(name, PASSWORD).status, 303)
        return person

    def events(self, person=None, **filters):
        asked = "&".join(f"{k}={v}" for k, v in {"action": "access.", **filters}.items())
        return (person or self.person("kiemtoan")).get("/api/v1/audit?" + asked).json["events"]

    def test_the_history_knows_before_the_reader(self):
        lan = self.person("lan")
        self.assertEqual(lan.get("/documents/" + self.open).status, 200)
        self.assertEqual(lan.get("/documents/" + self.secret).status, 200)
        self.assertEqual(lan.get(f"/api/v1/documents/{self.open}/files/1").status, 200)
        self.server.kill()  # what was answered is there
        self.server = Server(self.place)
        events = [(e["action"], e["object"], e["actor_name"]) for e in self.events()]
        self.assertEqual(events, [("access.downloaded", self.open, "lan"), ("access.viewed", self.secret, "lan")])

    def test_prints_and_packages(self):
        lan = self.person("lan")
        self.assertEqual(lan.get("/search/list/file?q=lễ&format=pdf").status, 200)
        made = lan.send_json("POST", "/api/v1/packages", {"q": "nghỉ", "name": "nghi"})
        self.assertEqual(made.status, 202, made)
        lan.wait_for_job(made.json["id"])
        self.assertEqual(lan.get(f"/api/v1/packages/{made.json['id']}/download").status, 200)
        events = self.events()
        self.assertEqual([e["action"] for e in events], ["access.package_downloaded", "access.printed"])
        self.assertEqual(events[0]["object"], made.json["id"])
        self.assertEqual(events[1]["detail"], {"query": "lễ", "format": "pdf", "secrecy": "mat"})

    def test_a_refusal_is_told_to_who_may_know_of_what(self):
        thap = self.person("thap")
        missing = thap.get("/api/v1/documents/" + "0" * 20)
        hidden = thap.get("/api/v1/documents/" + self.secret)
        self.assertEqual((missing.status, missing.body), (hidden.status, hidden.body))
        self.assertEqual(thap.get("/people").status, 403)
        self.server.stop()  # what waits is written
        self.server = Server(self.place)
        told = {e["object"]: e for e in self.events(action="access.refused")}
        self.assertEqual(sorted(told), sorted([self.secret, "access"]))
        self.assertEqual(told[self.secret]["detail"]["action"], "document.read")
        self.assertEqual(told["access"]["detail"]["action"], "user.read")
        low = {e["object"]: e for e in self.events(self.person("kiemtoanthuong"), action="access.refused")}
        self.assertTrue(low[self.secret]["hidden"])
        self.assertIsNone(low[self.secret]["object_name"])

    def test_counts_and_report(self):
        lan, auditor = self.person("lan"), self.person("kiemtoan")
        for path in (self.open, self.secret):
            lan.get("/documents/" + path)
        page = auditor.get("/documents/" + self.open).text
        self.assertRegex(page, rf'href="/audit\?object={self.open}&(amp;)?action=access\."[^>]*>2<')
        self.assertNotIn("action=access.", lan.get("/documents/" + self.open).text)
        today = auditor.get("/api/v1/reports/access").json
        self.assertEqual([(d["viewed"], d["downloaded"]) for d in today["days"]], [(3, 0)])
        self.assertEqual({d["id"]: d["accesses"] for d in today["most_read"]}, {self.open: 2, self.secret: 1})
        low = self.person("kiemtoanthuong").get("/api/v1/reports/access").json
        self.assertEqual([d["viewed"] for d in low["days"]], [2])
        self.assertEqual([d["id"] for d in low["most_read"]], [self.open])
        page = auditor.get("/reports/access?from=2020")
        self.assertEqual(page.status, 200)
        self.assertIn(f"/documents/{self.secret}", page.text)
        self.assertEqual(auditor.get("/api/v1/reports/access?from=hôm").json["code"], "report.bad_day")
        self.assertEqual(lan.get("/api/v1/reports/access").status, 403)
        said = vtlt("-C", self.place, "report", "access", "--json").json()
        self.assertEqual({d["id"]: d["accesses"] for d in said["most_read"]}, {self.open: 2, self.secret: 1})

    def test_at_the_command_line(self):
        self.server.stop()
        self.assertEqual(vtlt("-C", self.place, "show", self.open).code, 0)
        self.assertEqual(vtlt("-C", self.place, "show", self.secret).code, 0)
        self.assertEqual(vtlt("-C", self.place, "cat", self.open).code, 0)
        said = vtlt("-C", self.place, "audit", "list", "--action", "access.", "--json").json()["events"]
        self.assertEqual([(e["action"], e["object"]) for e in said], [("access.downloaded", self.open), ("access.viewed", self.secret)])
        self.assertTrue(vtlt("-C", self.place, "verify", "--json").json()["ok"])
        self.server = Server(self.place)

    def test_a_value_is_given_back(self):
        lan, thap = self.person("lan"), self.person("kiemtoan")
        url = "/api/v1/documents/" + self.open
        tag = lan.get(url).headers["ETag"]
        title = lan.get(url).json["title"]
        edited = lan.send_json("PATCH", url, {"title": "nhầm", "reason": "thử"}, If_Match=tag)
        self.assertEqual(edited.status, 200, edited)
        revision = edited.json["revision"]
        self.assertEqual(lan.send_json("POST", url + "/restore", {"field": "title", "revision": revision}).status, 428)
        self.assertEqual(lan.send_json("POST", url + "/restore", {"field": "title", "revision": revision}, If_Match=tag).status, 412)
        tag = edited.headers["ETag"]
        self.assertEqual(lan.send_json("POST", url + "/restore", {"field": "title", "revision": 99}, If_Match=tag).status, 404)
        self.assertEqual(lan.send_json("POST", url + "/restore", {"field": "title", "revision": "x"}, If_Match=tag).status, 422)
        self.assertEqual(thap.send_json("POST", url + "/restore", {"field": "title", "revision": revision}, If_Match=tag).status, 403)
        page = lan.get("/documents/" + self.open).text
        form = re.search(r'action="(/documents/[^"]*/restore)".*?name="field" value="title".*?name="from" value="(\d+)".*?name="revision" value="(\d+)"', page)
        self.assertEqual(form[2], str(revision))
        self.assertIn("thử", page)
        done = lan.post_form(form[1], field="title", **{"from": form[2]}, revision=form[3])
        self.assertEqual(done.status, 303)
        self.assertEqual(lan.get(url).json["title"], title)
        self.assertNotIn("/restore", thap.get("/documents/" + self.open).text)
        said = vtlt("-C", self.place, "edit", self.open, "--restore", "title", "--from", revision + 1, "--json")
        self.assertEqual((said.code, said.json()["revision"]), (0, revision + 2), said)
        self.assertEqual(lan.get(url).json["title"], "nhầm")
        self.assertEqual(vtlt("-C", self.place, "edit", self.open, "--title", "lần nữa", "--reason", "vì thế").code, 0)
        entries = vtlt("-C", self.place, "history", self.open, "--json").json()["entries"]
        self.assertEqual([e["reason"] for e in entries[:2]], ["vì thế", None])
        self.assertEqual(vtlt("-C", self.place, "edit", self.open).code, 2)


if __name__ == "__main__":
    main()
