# SPDX-License-Identifier: GPL-3.0-or-later
"""Two archives that differ by one secret record answer whoever may not read it alike, byte for byte, on every route of the table."""
import io
import itertools
import json
import re
import shutil
import subprocess
import zipfile

from vtlt_case import BUILD, VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server

REPORT = "BỘ THỬ\nSố: {number}/BC-HC\nHà Nội, ngày {day:02} tháng 6 năm {year}\n\nBÁO CÁO\nKết quả kiểm tra kho {number}\nToàn cục đã lập {number} hồ sơ.\n"
# Words, number and day that nothing else has.
SECRET = ("BỘ THỬ\nSố: 777/KH-XQ\nHà Nội, ngày 09 tháng 9 năm 2023\n\nKẾ HOẠCH\nKế hoạch xyzzyquang tuyệt mật\n"
          "Kiểm tra kho xyzzyquang plughbao tại điểm cao.\n")
QUERIES = ["", "*", "kho", "ho so", "hồ sơ", "kiem tra kho", "\"kiểm tra kho\"", "xyzzyquang", "xyz*", "x*", "plughbao", "\"xyzzyquang plughbao\"", "kho xyzzyquang",
           "kho OR xyzzyquang", "NOT kho", "so:777/KH-XQ", "so:777", "so:7*", "loai:KH", "loai:BC", "ngay:2023", "ngay:2023-09", "ngay:2018..2024", "ngay:2023..",
           "mat:tuyet_mat", "mat:toi_mat", "mat:open", "dv:CQ", "dv:B", "hs:09.XQ", "hs:01", "cq:\"Bộ Thử\"", "ky:x", "kiem tra kho 3", "ke hoach", "kế hoạch xyzzy", "tai diem cao", "777", "2023"]
# What is of the request, the clock and the machine's disk, and not of the answer.
MASKS = [(re.compile(rb'name="csrf" (?:content|value)="[^"]*"'), b"csrf"), (re.compile(rb"\d{1,2}/\d{1,2}/\d{4} \d\d:\d\d|\d\d:\d\d \d{1,2}/\d{1,2}/\d{4}"), b"TIME"),
         (re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), b"TIME"), (re.compile(rb'"free_bytes":\d+'), b"DISK"),
         (re.compile(rb'name="repeat" value="[^"]*"'), b"repeat"), (re.compile("<dt>Đĩa còn trống</dt><dd>[^<]*".encode()), b"DISK")]
OWN_HEADERS = {"date", "x-request-id", "set-cookie"}


class NonInterference(VtltCase):
    def ok(self, home, *arguments):
        answer = vtlt(*arguments, "--json", home=home)
        self.assertEqual(answer.code, 0, answer)
        return answer.lines()

    def setUp(self):
        super().setUp()
        self.servers = {}
        self.plain = self.home("plain")
        self.ok(self.plain, "unit", "add", "B", "--title", "Phòng B")
        self.ok(self.plain, "dossier", "new", "01", "--title", "Kho", "--opened-on", "2020-01-01")
        for number in range(1, 13):
            self.write(f"in/{number}.txt", REPORT.format(number=number, day=number, year=2017 + number % 6))
        lines = self.ok(self.plain, "ingest", str(self.folder / "in"), "--dossier", "01")
        self.seen = [line["id"] for line in lines if "id" in line]
        password = self.write("password", PASSWORD + "\n")
        self.ok(self.plain, "user", "add", "docgia", "--role", "clerk,auditor", "--only-unit", "--clearance", "open", "--password-file", password)
        self.ok(self.plain, "user", "add", "phongb", "--role", "officer", "--unit", "B", "--clearance", "open", "--password-file", password)
        self.ok(self.plain, "user", "add", "luutru", "--role", "archivist", "--clearance", "open", "--password-file", password)
        self.ok(self.plain, "user", "add", "duocdoc", "--role", "clerk", "--clearance", "tuyet_mat", "--password-file", password)
        (shared,) = self.ok(self.plain, "set", "new", "Tập kho", *self.seen[:3])
        self.shared_set = shared["id"]
        self.prepare()
        self.more = self.folder / "more"
        shutil.copytree(self.plain, self.more)
        self.hide()

    named = ()  # besides, in the addresses that are asked for

    def prepare(self):
        """What both archives have."""

    def hide(self):
        """What the other has besides."""
        self.ok(self.more, "dossier", "new", "09.XQ", "--title", "Tác chiến xyzzyquang", "--secrecy", "tuyet_mat", "--opened-on", "2023-01-01")
        path = self.write("secret/777 KH XQ xyzzyquang.txt", SECRET)
        (line,) = [line for line in self.ok(self.more, "ingest", path, "--dossier", "09.XQ", "--secrecy", "tuyet_mat") if "id" in line]
        self.secret = line["id"]
        (made,) = self.ok(self.more, "set", "new", "Tập xyzzyquang", self.seen[0], self.secret)
        self.secret_set = made["id"]
        # And what befell it since.
        self.ok(self.more, "secrecy", "set", self.secret, "mat", "--reason", "xyzzyquang đã kết thúc")

    def answers(self, name):
        """The same person in front of both, each with a connection of his own."""
        people = []
        for home in (self.plain, self.more):
            if home not in self.servers:
                self.servers[home] = Server(home)
                self.addCleanup(self.servers[home].__exit__)
            people.append(Person(self.servers[home]))
            self.assertEqual(people[-1].sign_in(name, PASSWORD).status, 303)
        return people

    @staticmethod
    def seen_of_body(body):
        for pattern, instead in MASKS:
            body = pattern.sub(instead, body)
        return body

    def seen_of(self, answer):
        # The length is that of the body, masks and all.
        headers = sorted((k.lower(), v) for k, v in answer.headers.items() if k.lower() not in OWN_HEADERS | {"content-length"})
        return answer.status, headers, self.seen_of_body(answer.body)

    def routes(self):
        return json.loads(subprocess.run([str(BUILD / "bin/vtlt-routes")], stdout=subprocess.PIPE, check=True).stdout)

    def paths(self):
        """Every GET of the table with each value that a part in braces may have, and with every question."""
        values = [self.seen[0], self.secret, self.shared_set, self.secret_set, *self.named, "0" * 20, "777", "quantri"]
        for route in self.routes():
            # Events are a stream; /metrics is the machine's own and answers nobody else.
            if route["method"] != "GET" or route["pattern"].endswith("/events") or route["pattern"] == "/metrics":
                continue
            parts = re.findall(r"\{\w+\}", route["pattern"])
            choices = [values] + [["1", "9"]] * (len(parts) - 1) if parts else []
            for chosen in itertools.product(*choices):
                path = route["pattern"]
                for part, value in zip(parts, chosen):
                    path = path.replace(part, value, 1)
                yield path
        for query in QUERIES:
            for path in ("/search?q={}", "/api/v1/search?q={}", "/api/v1/documents?q={}", "/search?q={}&sort=newest&from=2018&to=2024", "/api/v1/search?q={}&limit=2&sort=oldest",
                         "/api/v1/search?q={}&relaxed=1", "/packages/new?q={}", "/api/v1/search/list?q={}&format=html", "/search/list?q={}", "/search/list?q={}&format=xlsx"):
                yield path.format(query.replace("\"", "%22"))

    def differing(self, name):
        one, other = self.answers(name)
        count, different = 0, []
        for path in self.paths():
            count += 1
            left, right = self.seen_of(one.get(path)), self.seen_of(other.get(path))
            if left != right:
                changed = [pair for pair in itertools.zip_longest(left[2].splitlines(), right[2].splitlines()) if pair[0] != pair[1]]
                headers = [header for header in left[1] + right[1] if (header in left[1]) != (header in right[1])]
                different.append((path, left[0], right[0], headers, changed[:3]))
            link = re.search(r"<([^>]+)>; rel=\"next\"", dict(left[1]).get("link", ""))
            if link and "search" in path:
                if self.seen_of(one.get(link[1])) != self.seen_of(other.get(link[1])):
                    different.append((link[1],))
                count += 1
        self.assertGreaterEqual(count, 500)
        return different

    def compare(self, name):
        different = self.differing(name)
        self.assertEqual(different, [], f"{len(different)} answers differ")

    def package(self, person, query):
        """A package of what he finds: what stands in it, without its own id and time."""
        made = person.send_json("POST", "/api/v1/packages", {"q": query, "name": "goi"})
        if made.status != 202:
            return made.status, self.seen_of(made)
        uid = made.json["id"]
        job = person.wait_for_job(uid)
        answer = person.get(f"/api/v1/packages/{uid}/download")
        if answer.status != 200:
            return job["outcome"], self.seen_of(answer)
        with zipfile.ZipFile(io.BytesIO(answer.body)) as bag:
            told = {name: bag.read(name) for name in bag.namelist()}
        # Who may not read the history is told its checkpoint's hash alone: it differs from archive to archive and from moment to
        # moment, and nothing can be read from it, neither how many events there are nor whether there were any since the last.
        proof = json.loads(told.pop(next(name for name in told if name.endswith("/audit.json"))))
        self.assertRegex(proof["checkpoint"].pop("sha256"), "^[0-9a-f]{64}$")
        self.assertEqual(proof, {"format_version": 1, "checkpoint": {}})
        # Sheets and PDF carry times within; their text is that of the page beside them.
        told = {name: body for name, body in told.items() if name.endswith((".html", ".csv", ".json", ".xml", ".txt", ".py")) and "manifest" not in name}
        return job["outcome"], {name: self.seen_of_body(body.replace(uid.encode(), b"ID")) for name, body in told.items()}

    def test_a_reader_without_the_clearance(self):
        self.compare("docgia")

    def test_an_archivist_without_the_clearance(self):
        self.compare("luutru")

    def test_who_may_read_it_sees_it(self):
        """Else the others would prove nothing."""
        paths = {path.split("?")[0] for path, *_ in self.differing("duocdoc")}
        self.assertLessEqual({"/", "/search", "/api/v1/search", "/api/v1/documents", "/search/list", "/packages/new", f"/documents/{self.secret}", f"/api/v1/documents/{self.secret}/text"}, paths)

    def test_a_reader_of_another_unit(self):
        self.compare("phongb")

    def test_packages_of_a_reader_without_the_clearance(self):
        people = self.answers("docgia")
        made = 0
        for query in ("*", "kho", "xyzzyquang", "loai:KH", "hs:09.XQ", "mat:tuyet_mat"):
            left, right = (self.package(person, query) for person in people)
            self.assertEqual(left, right, query)
            made += left[0] == "done"
        self.assertGreaterEqual(made, 2)

    def test_hidden_is_missing_on_every_route_and_method(self):
        """The secret record, and what others did with it, against ids that nothing has."""
        _, person = self.answers("docgia")
        job = self.ok(self.more, "job", "list")[0]["jobs"][0]["id"]  # the newest
        hidden = [self.secret, self.secret_set, job, "777/KH-XQ", "quantri", "09.XQ"]
        missing = ["7" * 20, "6" * 20, "J" + "8" * 19, "778/KH-XQ", "quantra", "09.XR"]
        count = 0
        for route in self.routes():
            if "{" not in route["pattern"] or route["pattern"].endswith("/events"):
                continue
            for there, nowhere in zip(hidden, missing):
                answers = []
                for uid in (there, nowhere):
                    path = re.sub(r"\{\w+\}", uid.replace("/", "%2F"), route["pattern"], count=1)
                    path = re.sub(r"\{\w+\}", "1", path)
                    for body, kind in (("{}", "application/json"), ("csrf=" + person.csrf, "application/x-www-form-urlencoded")):
                        answer = person.ask(route["method"], path, body if route["method"] != "GET" else None,
                                            {"Content-Type": kind, "X-CSRF-Token": person.csrf} if route["method"] != "GET" else None)
                        if route["method"] != "GET":
                            person.get("/account")  # a message of the last action is shown once
                        status, headers, told = self.seen_of(answer)
                        answers.append((status, headers, told.replace(uid.encode(), b"ID").replace(uid.replace("/", "%2F").encode(), b"ID")))
                half = len(answers) // 2
                self.assertEqual(answers[:half], answers[half:], f"{route['method']} {route['pattern']} {there}")
                count += len(answers)
        self.assertGreater(count, 500)


class OnAList(NonInterference):
    """The same of a record that only the people of a need-to-know list may know. Its words count in the ranking of its band, as everybody's
    do (decisions.md): scores are left out, and where a page ends by one."""
    SCORES = [(re.compile(rb'"score":[0-9.e+-]+'), b"score"), (re.compile(rb'"next_cursor":"[^"]*"'), b"cursor"), (re.compile(rb"cursor=[\w%-]+"), b"cursor")]

    def prepare(self):
        self.list = self.ok(self.plain, "readers", "new", "Tổ công tác", "--secrecy", "open")[0]["id"]
        self.ok(self.plain, "readers", "add", self.list, "duocdoc")
        self.named = (self.list,)

    def hide(self):
        path = self.write("secret/777 KH XQ xyzzyquang.txt", SECRET)
        (line,) = [line for line in self.ok(self.more, "ingest", path) if "id" in line]
        self.secret = line["id"]
        self.secret_set = self.secret
        self.ok(self.more, "readers", "set", self.secret, "--list", self.list, "--reason", "xyzzyquang")

    def seen_of_body(self, body):
        for pattern, instead in self.SCORES:
            body = pattern.sub(instead, body)
        return super().seen_of_body(body)

    def seen_of(self, answer):
        status, headers, body = super().seen_of(answer)
        return status, [(name, re.sub(r"cursor=[\w%-]+", "cursor", value)) for name, value in headers], body


class WhereAnotherUnitTells(NonInterference):
    """A unit that tells of its hidden records tells of no other's: neither who reads in both of them nor who reads in that one alone
    learns anything of the secret."""

    # They prove nothing new here.
    test_packages_of_a_reader_without_the_clearance = None
    test_who_may_read_it_sees_it = None

    def prepare(self):
        super().prepare()
        self.ok(self.plain, "unit", "change", "B", "--tells-hidden", "yes")
        self.ok(self.plain, "dossier", "new", "02", "--title", "Kho của B", "--unit", "B", "--secrecy", "mat", "--opened-on", "2023-01-01")
        path = self.write("b/1.txt", REPORT.format(number=90, day=9, year=2023))
        self.ok(self.plain, "ingest", path, "--dossier", "02", "--secrecy", "mat")

    def test_the_unit_does_tell(self):
        """Else the others would prove nothing."""
        for name, excluded in (("luutru", 1), ("phongb", 1), ("docgia", None)):
            for person in self.answers(name):
                self.assertEqual(person.get("/api/v1/search?q=kho").json["excluded"], excluded, name)


if __name__ == "__main__":
    main()
