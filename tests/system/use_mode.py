# SPDX-License-Identifier: GPL-3.0-or-later
"""The mode of use of a document: edited on the page, over REST and at the command line, found, given back, told in packages."""
import io
import json
import zipfile

from vtlt_case import VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server

PAPER = "BỘ THỬ\nSố: {number}/BC-HC\nHà Nội, ngày 05 tháng 6 năm 2021\n\nBÁO CÁO\nKiểm kê kho {number}\n"


class UseMode(VtltCase):
    def ok(self, *arguments):
        answer = vtlt(*arguments, "--json", home=self.place)
        self.assertEqual(answer.code, 0, answer)
        return answer

    def found(self, query):
        return {hit["id"] for hit in self.search(self.place, query)["hits"]}

    def setUp(self):
        super().setUp()
        self.place = self.home()
        for number in (1, 2, 3):
            self.write(f"in/{number}.txt", PAPER.format(number=number))
        lines = self.ok("ingest", self.folder / "in").lines()
        self.ids = [line["id"] for line in lines if "id" in line]
        path = self.write("mat/4.txt", PAPER.format(number=4))
        self.graded = next(line["id"] for line in self.ok("ingest", path, "--secrecy", "mat").lines() if "id" in line)

    def mode(self, uid):
        return self.ok("show", uid).json()["mode"]

    def test_at_the_command_line(self):
        one, two, three = self.ids
        self.assertEqual([self.mode(uid) for uid in (one, self.graded)], ["conditional", "secret"])
        self.ok("edit", one, "--mode", "open", "--reason", "hết thời hạn hạn chế")
        self.assertEqual(self.mode(one), "open")
        self.assertIn("Công khai", vtlt("show", one, home=self.place).out)
        self.assertEqual(self.found("sd:open"), {one})
        self.assertEqual(self.found('sd:"cong khai"'), {one})
        self.assertEqual(self.found("mode:conditional"), {two, three})
        self.assertEqual(self.found('sd:"có điều kiện" so:2/BC-HC'), {two})
        self.assertEqual(self.found("sd:secret"), {self.graded})
        for uid, mode, code in ((one, "secret", "document.mode_against_grade"), (self.graded, "open", "document.mode_against_grade"), (one, "mat", "document.unknown_mode")):
            refused = vtlt("edit", uid, "--mode", mode, "--json", home=self.place)
            self.assertEqual((refused.code, json.loads(refused.err)["errors"][0]["code"]), (2, code))
        history = self.ok("history", one).json()["entries"][0]
        self.assertEqual(history["changes"], [{"field": "mode", "before": "conditional", "after": "open"}])
        self.ok("edit", one, "--restore", "mode", "--from", str(history["revision"]))
        self.assertEqual(self.mode(one), "conditional")
        self.ok("secrecy", "set", two, "mat", "--reason", "x")
        self.assertEqual(self.mode(two), "secret")
        self.assertEqual(self.found("sd:secret"), {self.graded, two})
        self.assert_whole(self.place)

    def test_in_the_browser_and_over_rest(self):
        one = self.ids[0]
        password = self.write("password", PASSWORD + "\n")
        self.ok("user", "add", "vanthu", "--role", "clerk", "--clearance", "open", "--password-file", password)
        self.ok("user", "add", "giamsat", "--role", "auditor", "--clearance", "open", "--password-file", password)
        with Server(self.place) as server:
            clerk, reader = Person(server), Person(server)
            for person, name in ((clerk, "vanthu"), (reader, "giamsat")):
                self.assertEqual(person.sign_in(name, PASSWORD).status, 303)
            self.assertIn("Có điều kiện", reader.get(f"/documents/{one}").text)
            answer = clerk.get(f"/api/v1/documents/{one}")
            self.assertEqual(answer.json["mode"], "conditional")
            changed = clerk.send_json("PATCH", f"/api/v1/documents/{one}", {"mode": "open"}, If_Match=answer.headers["ETag"])
            self.assertEqual((changed.status, changed.json["mode"]), (200, "open"))
            for value in ("secret", "x", None):
                wrong = clerk.send_json("PATCH", f"/api/v1/documents/{one}", {"mode": value}, If_Match=changed.headers["ETag"])
                self.assertEqual((wrong.status, wrong.json["errors"][0]["pointer"]), (422, "/mode"))
            self.assertEqual(reader.send_json("PATCH", f"/api/v1/documents/{one}", {"mode": "open"}, If_Match=changed.headers["ETag"]).status, 403)
            page = clerk.get(f"/documents/{one}?edit=1").text
            self.assertIn('<option value="open" selected>Công khai</option>', page)
            self.assertNotIn('value="secret"', page)
            revision = changed.json["revision"]
            self.assertEqual(clerk.post_form(f"/documents/{one}", revision=revision, mode="conditional").status, 303)
            self.assertEqual(reader.get(f"/api/v1/documents/{one}").json["mode"], "conditional")
            # Two at once: the page that brings them together says the modes in words.
            merged = clerk.post_form(f"/documents/{one}", **{"revision": revision, "mode": "open", "base.mode": "open", "title": "Khác"})
            self.assertEqual(merged.status, 412)
            self.assertIn("Có điều kiện", merged.text)
            refused = clerk.post_form(f"/documents/{one}", revision=revision + 1, mode="secret")
            self.assertEqual(refused.status, 422)
            self.assertIn("f-mode-error", refused.text)
            uid = clerk.send_json("POST", "/api/v1/packages", {"q": "so:1/BC-HC", "name": "goi"}).json["id"]
            clerk.wait_for_job(uid)
            with zipfile.ZipFile(io.BytesIO(clerk.get(f"/api/v1/packages/{uid}/download").body)) as bag:
                told = {name.rsplit("/", 1)[1]: bag.read(name).decode("utf-8", "replace") for name in bag.namelist() if not name.endswith("/")}
        self.assertEqual(json.loads(told[f"{one}.json"])["mode"], "conditional")
        self.assertIn("có điều kiện", told["index.html"])


if __name__ == "__main__":
    main()
