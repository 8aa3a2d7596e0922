# SPDX-License-Identifier: GPL-3.0-or-later
"""The server as people and programs meet it: sign-in, uploads, edits, packages, jobs, integrity, forwarded commands."""
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import zipfile

from vtlt_case import ALL, VTLT, VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server, add_person


def report(number, words="kiểm tra kho"):
    return (f"BỘ TƯ LỆNH MIỀN TRUNG SƠN\nCỤC HẬU CẦN\nSố: {number}/BC-CHC\nHà Nội, ngày 5 tháng 8 năm 2021\n"
            f"BÁO CÁO\nKết quả {words}\nToàn cục đã lập {number} hồ sơ.\n").encode()


class ServerCase(VtltCase):
    """One home with an administrator, a clerk and a reader without clearance; a server over it."""

    def setUp(self):
        super().setUp()
        self.place = self.home()
        add_person(self, self.place, "quantri", "admin,archivist")
        add_person(self, self.place, "vanthu", "clerk", "mat")
        add_person(self, self.place, "docgia", "officer", "open")
        self.server = Server(self.place)
        self.addCleanup(lambda: self.server.__exit__())

    def person(self, name="quantri"):
        one = Person(self.server)
        answer = one.sign_in(name, PASSWORD)
        self.assertEqual(answer.status, 303, answer)
        return one

    def document(self, person, name, content, **wanted):
        answer = person.upload(name, content, **wanted)
        self.assertIn(answer.status, (200, 201, 202), answer)
        uid = answer.json["id"]
        done = person.wait_for(lambda: (u := person.get(f"/api/v1/uploads/{uid}").json)["state"] in ("done", "failed") and u)
        self.assertEqual(done["state"], "done", done)
        return done["document"]


class SignIn(ServerCase):
    def test_who_is_not_signed_in_is_asked_to(self):
        stranger = Person(self.server)
        answer = stranger.get("/search?q=x")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/sign-in?back=%2Fsearch%3Fq%3Dx"))
        problem = stranger.get("/api/v1/search?q=x")
        self.assertEqual((problem.status, problem.json["code"]), (401, "http.sign_in_first"))
        self.assertEqual(stranger.get("/healthz").body, b"ok\n")
        self.assertEqual(stranger.get("/readyz").status, 200)

    def test_one_text_for_every_refusal_and_a_delay(self):
        stranger = Person(self.server)
        unknown = stranger.sign_in("nobody", "x" * 12)
        wrong = stranger.sign_in("vanthu", "x" * 12)
        strip = lambda answer: re.sub(r'value="(nobody|vanthu)"', "", answer.text)
        self.assertEqual((unknown.status, wrong.status), (422, 422))
        self.assertEqual(strip(unknown), strip(wrong))
        for _ in range(8):
            last = stranger.sign_in("vanthu", "x" * 12)
        self.assertEqual(last.status, 429)

    def test_a_session_ends_with_sign_out_and_with_the_account(self):
        clerk = self.person("vanthu")
        self.assertEqual(clerk.get("/").status, 200)
        copy = Person(self.server)
        copy.cookies = dict(clerk.cookies)
        clerk.post_form("/sign-out")
        self.assertEqual(copy.get("/").status, 303)
        again = self.person("vanthu")
        former = Person(self.server)
        former.cookies = dict(again.cookies)
        self.assertEqual(again.sign_in("docgia", PASSWORD).status, 303)
        self.assertEqual(former.get("/").status, 303, "a browser has one session")
        self.assertEqual(again.sign_in("vanthu", PASSWORD).status, 303)
        self.assertEqual(vtlt("-C", self.place, "user", "disable", "vanthu").code, 0)
        self.assertEqual(again.get("/").status, 303)

    def test_a_form_of_another_site_changes_nothing(self):
        clerk = self.person("vanthu")
        for token in ("", "x" * 43):
            self.assertEqual(clerk.post_form("/sign-out" if False else "/account/password", csrf=token, present=PASSWORD, new="a" * 20, again="a" * 20).status, 403)
            self.assertEqual(clerk.ask("POST", "/api/v1/uploads", '{"name":"x","size":1}', {"X-CSRF-Token": token}).status, 403)
        forged = clerk.post_files("/intake", [("a.txt", b"x")], csrf="x" * 43)
        self.assertEqual(forged.status, 403)
        self.assertEqual(clerk.get("/api/v1/uploads").json["uploads"], [])

    def test_a_token_acts_as_its_person_within_its_scopes(self):
        answer = vtlt("-C", self.place, "user", "token", "vanthu", "--title", "máy quét", "--scope", "read", "--json")
        self.assertEqual(answer.code, 0, answer)
        secret = answer.json().get("token") or answer.json()["secret"]
        machine = Person(self.server, token=secret)
        self.assertEqual(machine.get("/api/v1/search?q=x").status, 200)
        self.assertEqual(machine.send_json("POST", "/api/v1/uploads", {"name": "a", "size": 1}).status, 403)
        self.assertEqual(Person(self.server, token="vtlt_" + "0" * 64).get("/api/v1/search?q=x").status, 401)


class Intake(ServerCase):
    def test_an_upload_in_pieces_becomes_a_document_that_is_found(self):
        clerk = self.person("vanthu")
        answer = clerk.upload("báo cáo 12.txt", report(12), chunk=50)
        self.assertEqual(answer.status, 201, answer)
        uid = answer.json["document"]
        found = clerk.wait_for(lambda: (a := clerk.get("/api/v1/search?q=so:12/BC-CHC").json)["total"] == 1 and a)
        self.assertEqual(found["hits"][0]["id"], uid)
        self.assertIn("12/BC-CHC", clerk.get("/documents/" + uid).text)
        self.assertEqual(clerk.get(f"/documents/{uid}/files/1").body, report(12))
        tag = clerk.get(f"/documents/{uid}/files/1").headers["ETag"]
        self.assertEqual(clerk.get(f"/documents/{uid}/files/1", If_None_Match=tag).status, 304)
        self.server.stop()
        self.assert_whole(self.place)

    def test_a_finished_upload_is_found_and_an_answer_tells_what_it_may_miss(self):
        clerk = self.person("vanthu")
        for number in range(40, 60):
            uid = clerk.upload(f"{number}.txt", report(number)).json["id"]
            finished, asks = False, 0
            while not finished:
                asks += 1
                self.assertLess(asks, 2000)
                state = clerk.get(f"/api/v1/uploads/{uid}").json
                finished = state["state"] == "done" and not state["indexing"]
                answer = clerk.get(f"/api/v1/search?q=so:{number}/BC-CHC").json
                if finished:
                    self.assertEqual(answer["total"], 1)
                elif state["state"] == "done" and answer["pending"] == 0 and answer["total"] == 0:
                    self.fail("neither found nor told as pending")

    def test_what_waits_above_the_clearance_is_not_counted(self):
        clerk, reader = self.person("vanthu"), self.person("docgia")
        for number in range(10):
            clerk.upload(f"{number}.txt", report(number), secrecy="mat")
            for _ in range(10):
                self.assertEqual(reader.get("/api/v1/search?q=kho").json["pending"], 0)
                self.assertNotIn("data-pending", reader.get("/search?q=kho").text)

    def test_an_interrupted_upload_goes_on_where_it_stopped(self):
        clerk = self.person("vanthu")
        content = os.urandom(3_000_000)
        url = "/api/v1/uploads/" + clerk.send_json("POST", "/api/v1/uploads", {"name": "lon.bin", "size": len(content)}).json["id"]
        token = {"X-CSRF-Token": clerk.csrf}
        received = 0
        for cut in (500_000, 900_000, 1_700_000, 2_000_000, 2_900_000):
            # A line that breaks in the middle of a piece: what arrived is kept.
            with socket.create_connection(("127.0.0.1", self.server.port)) as line:
                head = (f"PUT {url}?offset={received} HTTP/1.1\r\nHost: x\r\nCookie: vtlt_session={clerk.cookies['vtlt_session']}\r\n"
                        f"X-CSRF-Token: {clerk.csrf}\r\nContent-Length: {len(content) - received}\r\n\r\n")
                line.sendall(head.encode() + content[received:cut])
                time.sleep(0.3)
            received = clerk.wait_for(lambda: (u := clerk.get(url).json)["received"] > received and u)["received"]
            self.assertLessEqual(received, cut)
        self.assertEqual(clerk.ask("PUT", url + "?offset=1", b"x", token).status, 409)
        last = clerk.ask("PUT", f"{url}?offset={received}", content[received:], token)
        self.assertEqual((last.status, last.json["received"]), (200, len(content)), last)
        wrong = clerk.send_json("POST", url + "/complete", {"sha256": "0" * 64})
        self.assertEqual((wrong.status, wrong.json["code"]), (422, "upload.digest"))
        done = clerk.send_json("POST", url + "/complete", {})
        self.assertIn(done.status, (201, 202), done)
        uid = clerk.wait_for(lambda: clerk.get(url).json["document"])
        self.assertEqual(clerk.get(f"/documents/{uid}/files/1").body, content)

    def test_a_duplicate_is_told_before_it_is_saved(self):
        clerk = self.person("vanthu")
        first = self.document(clerk, "a.txt", report(7))
        again = clerk.upload("b.txt", report(7))
        self.assertEqual((again.status, again.json["code"], again.json["duplicate_of"]), (409, "upload.duplicate", first))
        self.assertIn("/keep", clerk.get("/intake").text)
        kept = clerk.upload("b.txt", report(7), keep=True)
        self.assertEqual(kept.status, 201, kept)
        self.assertNotEqual(kept.json["document"], first)

    def test_a_duplicate_above_the_clearance_is_not_told(self):
        admin, reader = self.person(), self.person("vanthu")
        self.document(admin, "mat.txt", report(8), secrecy="tuyet_mat")
        answer = reader.upload("thuong.txt", report(8))
        self.assertEqual(answer.status, 201, answer)

    def test_the_form_without_script_takes_several_files(self):
        clerk = self.person("vanthu")
        files = [(f"tệp {i}.txt", report(100 + i)) for i in range(4)] + [("hỏng.pdf", b"%PDF-1.4 nothing")]
        answer = clerk.post_files("/intake", files, secrecy="open", dossier="")
        self.assertEqual(answer.status, 303, answer)
        rows = clerk.wait_for(lambda: (u := clerk.get("/api/v1/uploads").json["uploads"]) and all(r["state"] in ("done", "failed") for r in u) and u)
        self.assertEqual(sorted(r["outcome"] for r in rows), ["accepted"] * 4 + ["without_text"])
        page = clerk.get("/intake").text
        self.assertIn("tệp 3.txt", page)
        empty = clerk.post_files("/intake", [], secrecy="open", dossier="")
        self.assertEqual(empty.status, 422)
        nowhere = clerk.post_files("/intake", [("a.txt", b"abc")], secrecy="open", dossier="KHONG/2020/CO")
        self.assertEqual(nowhere.status, 422)

    def test_a_repeated_key_makes_one_upload(self):
        clerk = self.person("vanthu")
        made = [clerk.send_json("POST", "/api/v1/uploads", {"name": "a", "size": 3}, Idempotency_Key="k1") for _ in range(3)]
        self.assertEqual([m.status for m in made], [201, 200, 200])
        self.assertEqual(len({m.json["id"] for m in made}), 1)
        other = clerk.send_json("POST", "/api/v1/uploads", {"name": "b", "size": 3}, Idempotency_Key="k1")
        self.assertEqual((other.status, other.json["code"]), (409, "idempotency.key_reused"))

    def test_another_persons_upload_is_not_there(self):
        clerk, other = self.person("vanthu"), self.person()
        uid = clerk.send_json("POST", "/api/v1/uploads", {"name": "a", "size": 3}).json["id"]
        for answer in (other.get("/api/v1/uploads/" + uid), other.get("/api/v1/uploads/" + "0" * 20)):
            self.assertEqual((answer.status, answer.json["code"]), (404, "upload.not_found"))

    def test_a_large_file_arrives_whole_though_the_line_breaks_five_times(self):
        size, step = (5 << 30) if ALL else (200 << 20), 8 << 20
        clerk = self.person("vanthu")
        url = "/api/v1/uploads/" + clerk.send_json("POST", "/api/v1/uploads", {"name": "video.bin", "size": size}).json["id"]
        blank = bytes(step)

        def piece(offset):
            """From there to the end of its step; each step begins with its number."""
            begin = offset - offset % step
            return (begin.to_bytes(8, "big") + blank[8:])[offset - begin:min(step, size - begin)]

        breaks = {size * part // 6 // step * step for part in range(1, 6)}
        offset, broken = 0, 0
        while offset < size:
            if offset in breaks:
                breaks.remove(offset)
                self.send_half(clerk, f"{url}?offset={offset}", piece(offset))
                received = clerk.wait_for(lambda: (u := clerk.get(url)).status == 200 and u.json)["received"]
                self.assertTrue(offset <= received < offset + step, received)
                offset, broken = received, broken + 1
                continue
            try:
                put = clerk.ask("PUT", f"{url}?offset={offset}", piece(offset), {"X-CSRF-Token": clerk.csrf})
                self.assertIn(put.status, (200, 409, 503), put)
            except OSError:  # refused before all of it was sent
                clerk.connection.close()
            # Refused while the broken piece is still being put away: go on from what is there, as browsers do.
            offset = clerk.get(url).json["received"]
        self.assertEqual(broken, 5)
        digest = hashlib.sha256()
        for begin in range(0, size, step):
            digest.update(piece(begin))
        clerk.connection.close()  # it has been idle for long
        self.assertIn(clerk.send_json("POST", url + "/complete", {"sha256": digest.hexdigest()}).status, (201, 202))
        done = clerk.wait_for(lambda: (u := clerk.get(url).json)["state"] in ("done", "failed") and u, 600)
        self.assertEqual((done["outcome"], done["cause"]), ("without_text", "unknown_format"), done)
        tail = clerk.get(f"/documents/{done['document']}/files/1", Range=f"bytes={size - step}-")
        self.assertEqual((tail.status, tail.headers["Content-Range"]), (206, f"bytes {size - step}-{size - 1}/{size}"))
        self.assertEqual(tail.body, piece(size - step))

    def send_half(self, person, target, body):
        with socket.create_connection(("127.0.0.1", self.server.port)) as line:
            head = (f"PUT {target} HTTP/1.1\r\nHost: x\r\nCookie: vtlt_session={person.cookies['vtlt_session']}\r\n"
                    f"X-CSRF-Token: {person.csrf}\r\nContent-Length: {len(body)}\r\n\r\n")
            line.sendall(head.encode() + body[:len(body) // 2])


class Lists(ServerCase):
    def test_what_is_found_is_printed_in_four_forms(self):
        clerk = self.person("vanthu")
        for number in (1, 2):
            self.document(clerk, f"{number}.txt", report(number))
        self.document(clerk, "3.txt", report(3, "kho mật"), secrecy="mat")
        reader = self.person("docgia")
        reader.wait_for(lambda: reader.get("/api/v1/search?q=kho").json["total"] == 2)
        page = reader.get("/search/list?q=kho").text
        self.assertIn("1/BC-CHC", page)
        self.assertIn("Điều kiện tìm: kho", page)
        self.assertNotIn("3/BC-CHC", page)
        self.assertIn('href="/search/list?q=kho"', reader.get("/search?q=kho").text)
        beginnings = {"pdf": b"%PDF-", "xlsx": b"PK", "docx": b"PK", "html": b"<section"}
        for form, beginning in beginnings.items():
            for path in ("/search/list/file", "/api/v1/search/list"):
                file = reader.get(f"{path}?q=kho&format={form}")
                self.assertEqual((file.status, file.body[:len(beginning)]), (200, beginning), form)
                self.assertTrue(file.headers["Content-Disposition"].startswith(f'attachment; filename="muc-luc-kho.{form}"'), file.headers)
        refused = reader.get("/api/v1/search/list?q=kho&format=exe")
        self.assertEqual((refused.status, refused.json["code"]), (422, "list.format"))
        self.assertIn("Mật", self.person("vanthu").get("/search/list?q=kho").text)


class Documents(ServerCase):
    def test_two_people_editing_lose_nothing(self):
        one, two = self.person(), self.person("vanthu")
        uid = self.document(one, "a.txt", report(31))
        url = "/api/v1/documents/" + uid
        tag = one.get(url).headers["ETag"]
        self.assertEqual(one.send_json("PATCH", url, {"title": "x"}).status, 428)
        self.assertEqual(one.send_json("PATCH", url, {"signer": "Trần Văn A"}, If_Match=tag).status, 200)
        late = two.send_json("PATCH", url, {"title": "Báo cáo khác"}, If_Match=tag)
        self.assertEqual((late.status, late.json["signer"]), (412, "Trần Văn A"))
        again = two.send_json("PATCH", url, {"title": "Báo cáo khác"}, If_Match=late.headers["ETag"])
        self.assertEqual((again.status, again.json["signer"], again.json["title"]), (200, "Trần Văn A", "Báo cáo khác"))
        self.assertEqual(one.get(url, If_None_Match=again.headers["ETag"]).status, 304)
        history = one.get(url + "/history").json["entries"]
        self.assertEqual([e["action"] for e in history][:3], ["document.edited", "document.edited", "document.text_read"])

    def test_the_form_meets_the_same_conflict_and_brings_both_together(self):
        one, two = self.person(), self.person("vanthu")
        uid = self.document(one, "a.txt", report(32))
        fields = lambda page: dict(re.findall(r'name="([\w.]+)" value="([^"]*)"', page.text.split('id="edit"')[1].split("</form>")[0]))
        mine, theirs = fields(one.get(f"/documents/{uid}?edit=1")), fields(two.get(f"/documents/{uid}?edit=1"))
        base = {k: v for k, v in mine.items() if k != "csrf"}
        self.assertEqual(one.post_form(f"/documents/{uid}", **{**base, "title": "Tên mới", "kind": "BC", "signer": "Trần Văn A"}).status, 303)
        merge = two.post_form(f"/documents/{uid}", **{**{k: v for k, v in theirs.items() if k != "csrf"}, "title": "Tên khác", "kind": "BC"})
        self.assertEqual(merge.status, 412, merge)
        self.assertIn("Tên mới", merge.text)
        self.assertIn("Tên khác", merge.text)
        revision = re.search(r'name="revision" value="(\d+)"', merge.text)[1]
        kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', merge.text.split("<main")[1]))
        done = two.post_form(f"/documents/{uid}", **{**{k: v for k, v in kept.items() if k != "csrf"}, "revision": revision, "title": "Tên khác", "signer": "Trần Văn A"})
        self.assertEqual(done.status, 303, done)
        after = one.get("/api/v1/documents/" + uid).json
        self.assertEqual((after["title"], after["signer"], after["number"]), ("Tên khác", "Trần Văn A", "32"))

    def test_bad_values_are_named_and_kept(self):
        one = self.person()
        uid = self.document(one, "a.txt", report(33))
        tag = one.get("/api/v1/documents/" + uid).headers["ETag"]
        bad = one.send_json("PATCH", "/api/v1/documents/" + uid, {"kind": "XX", "issued_on": "2020-02-31", "title": " ", "color": 1}, If_Match=tag)
        self.assertEqual((bad.status, bad.headers["Content-Type"]), (422, "application/problem+json"))
        self.assertTrue(all(e["detail"] for e in bad.json["errors"]))
        form = one.post_form(f"/documents/{uid}", revision="2", title="Đã gõ", number="33", symbol="BC-CHC", kind="BC", issuer="", signer="", issued_on="31/02/2020")
        self.assertEqual(form.status, 422)
        self.assertIn("Đã gõ", form.text)
        self.assertIn("31/02/2020", form.text)

    def test_no_content_type_is_a_way_around_the_token_of_a_form(self):
        admin = self.person()
        for kind in ("multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded", "application/json"):
            answer = admin.ask("POST", "/people/vanthu/disable", b"", {"Content-Type": kind})
            self.assertEqual(answer.status, 403, kind)
            answer = admin.ask("POST", "/api/v1/users/vanthu/grants", b'{"role":"admin"}', {"Content-Type": kind})
            self.assertEqual((answer.status, answer.json["code"]), (403, "http.csrf"), kind)
        self.assertFalse(admin.get("/api/v1/users/vanthu").json["disabled"])

    def test_what_is_in_a_package_is_its_makers(self):
        clerk, admin = self.person("vanthu"), self.person()
        self.document(clerk, "mo.txt", report(35))
        clerk.wait_for(lambda: clerk.get("/api/v1/search?q=kho").json["total"] == 1)
        uid = clerk.send_json("POST", "/api/v1/packages", {"q": "kho", "name": "kho"}).json["id"]
        clerk.wait_for_job(uid)
        self.assertEqual(clerk.get(f"/packages/{uid}/download").status, 200)
        self.assertEqual(admin.get(f"/packages/{uid}/download").status, 404)
        self.assertIsNone(admin.get(f"/api/v1/packages/{uid}").json["download"])

    def test_hidden_is_missing_byte_for_byte(self):
        admin, reader = self.person(), self.person("docgia")
        uid = self.document(admin, "mat.txt", report(34, "bí mật quân sự"), secrecy="mat")
        self.document(admin, "mo.txt", report(35))
        missing = "0" * 20
        # Date, request id and the fresh csrf of a page are of the request, not of the object.
        strip = lambda a: (a.status, a.text.replace(uid, "").replace(missing, ""),
                           sorted((k, v) for k, v in a.headers.items() if k not in ("Date", "X-Request-Id", "Content-Length")))
        for path in ("/documents/{}", "/documents/{}?edit=1", "/documents/{}/files/1", "/api/v1/documents/{}",
                     "/api/v1/documents/{}/history", "/api/v1/documents/{}/text", "/api/v1/documents/{}/files/1"):
            self.assertEqual(strip(reader.get(path.format(uid))), strip(reader.get(path.format(missing))), path)
            self.assertEqual(reader.get(path.format(uid)).status, 404, path)
        patch = lambda u: reader.send_json("PATCH", f"/api/v1/documents/{u}", {"title": "x"}, If_Match='"r2"')
        self.assertEqual(strip(patch(uid)), strip(patch(missing)))
        admin.wait_for(lambda: admin.get("/api/v1/documents").json["total"] == 2)
        self.assertEqual(reader.get("/api/v1/search?q=bí mật").json["total"], 0)
        self.assertEqual(reader.get("/api/v1/documents").json["total"], 1)
        self.assertNotIn("bí mật", reader.get("/").text)

    def test_a_stored_page_is_never_shown_as_one(self):
        admin = self.person()
        uid = self.document(admin, "độc.html", b"<html><body><script>alert(1)</script>x</body></html>")
        file = admin.get(f"/documents/{uid}/files/1")
        self.assertEqual(file.headers["X-Content-Type-Options"], "nosniff")
        self.assertTrue(file.headers["Content-Disposition"].startswith("attachment"))
        self.assertIn("default-src 'none'", file.headers["Content-Security-Policy"])


class Packages(ServerCase):
    def test_a_package_is_made_followed_loaded_and_verified(self):
        admin = self.person()
        for number in range(1, 6):
            self.document(admin, f"{number}.txt", report(number))
        admin.wait_for(lambda: admin.get("/api/v1/search?q=kho").json["total"] == 5)
        page = admin.get("/packages/new?q=kho")
        self.assertIn("5", page.text)
        repeat = re.search(r'name="repeat" value="(\w+)"', page.text)[1]
        answers = [admin.post_form("/packages", q="kho", name="kho", profile="inspection", repeat=repeat) for _ in range(2)]
        self.assertEqual([a.status for a in answers], [303, 303])
        self.assertEqual(answers[0].headers["Location"], answers[1].headers["Location"])
        uid = answers[0].headers["Location"].rsplit("/", 1)[1]
        job = admin.wait_for_job(uid)
        self.assertEqual((job["outcome"], job["result"]["documents"]), ("done", 5), job)
        body = admin.get(f"/packages/{uid}/download").body
        file = self.write("kho.zip", body)
        self.assertEqual(vtlt("package", "verify", file).code, 0)
        self.assertEqual(len([n for n in zipfile.ZipFile(file).namelist() if "/data/documents/" in n and not n.endswith("/")]), 5)
        part = admin.get(f"/packages/{uid}/download", Range="bytes=0-3")
        self.assertEqual((part.status, part.body), (206, b"PK\x03\x04"))
        self.assertIn("BagIt", admin.post_files("/packages/verify", [("kho.zip", body)]).text)
        broken = admin.post_files("/packages/verify", [("kho.zip", body[:2000] + b"X" + body[2001:])])
        self.assertEqual(broken.status, 200)
        self.assertIn("outcome", admin.get("/api/v1/jobs/" + uid).json)

    def test_a_name_that_leads_elsewhere_is_refused(self):
        admin = self.person()
        self.document(admin, "1.txt", report(1))
        for name in ("../x", "a/b", "", ".ẩn", "x" * 200):
            answer = admin.send_json("POST", "/api/v1/packages", {"q": "kho", "name": name})
            self.assertEqual((answer.status, answer.json["code"]), (422, "package.bad_name"), name)

    def test_events_follow_a_job_to_its_end(self):
        admin = self.person()
        self.document(admin, "1.txt", report(1))
        uid = admin.send_json("POST", "/api/v1/integrity/runs", {}).json["id"]
        stream = admin.get(f"/api/v1/jobs/{uid}/events")
        self.assertTrue(stream.headers["Content-Type"].startswith("text/event-stream"))
        last = json.loads(stream.text.strip().split("data: ")[-1].split("\n")[0])
        self.assertEqual((last["outcome"], last["result"]["ok"]), ("done", True))


class Integrity(ServerCase):
    def test_damage_is_found_told_and_red(self):
        admin = self.person()
        uid = self.document(admin, "1.txt", report(1))
        sha = admin.get("/api/v1/documents/" + uid).json["files"][0]["sha256"]
        stored = next((self.place / "objects").rglob(sha))
        os.chmod(stored, 0o600)
        stored.write_bytes(stored.read_bytes()[:-1] + b"?")
        self.assertEqual(admin.post_form("/integrity/runs", scope="all").status, 303)
        run = admin.get("/api/v1/integrity/runs").json["runs"][0]["id"]
        job = admin.wait_for_job(run)
        self.assertEqual((job["outcome"], job["result"]["ok"]), ("failed", False))
        self.assertEqual(job["result"]["problems"][0]["kind"], "changed")
        page = admin.get("/integrity").text
        self.assertIn(sha, page)
        reader = self.person("docgia")
        self.assertEqual(reader.get("/integrity").status, 403)


class Forwarded(ServerCase):
    def test_commands_typed_while_it_runs_run_in_the_server(self):
        file = self.write("tệp có tên.txt", report(51))
        folder = self.folder / "thư mục"
        folder.mkdir()
        (folder / "a.txt").write_bytes(report(52))
        answer = self.ingest(self.place, file, folder, code=0)
        self.assertEqual(self.outcomes(answer), {"tệp có tên.txt": ("accepted", None), "a.txt": ("accepted", None)})
        self.assertEqual(self.search(self.place, "kho")["total"], 2)
        out = self.folder / "goi.zip"
        made = vtlt("export", "--query", "kho", "--to", out, "--json", home=self.place)
        self.assertEqual((made.code, made.json()["path"]), (0, str(out)), made)
        self.assertEqual(vtlt("package", "verify", out).code, 0)
        self.assertEqual(vtlt("export", "--query", "kho", "--to", out, home=self.place).code, 5)
        self.assertEqual(vtlt("show", "0" * 20, home=self.place).code, 4)
        self.assertEqual(vtlt("ingest", self.folder / "nowhere", home=self.place).code, 4)
        self.assertEqual(vtlt("ingest", "--bogus", home=self.place).code, 2)
        self.assertEqual(vtlt("verify", home=self.place).code, 0)
        relative = subprocess.run([str(VTLT), "-C", str(self.place), "ingest", "tệp có tên.txt", "--json"], cwd=self.folder, stdout=subprocess.PIPE)
        self.assertEqual(json.loads(relative.stdout.splitlines()[0])["outcome"], "duplicate")
        uid = self.search(self.place, "so:51/BC-CHC")["hits"][0]["id"]
        self.assertEqual(vtlt("cat", uid, home=self.place).raw, report(51))
        jobs = vtlt("job", "list", "--json", home=self.place)
        self.assertEqual(jobs.code, 0, jobs)
        events = self.person().get(f"/api/v1/documents/{uid}/history").json["entries"]
        self.assertTrue(events)

    def test_ctrl_c_ends_a_forwarded_command_and_it_resumes(self):
        folder = self.folder / "nhiều"
        folder.mkdir()
        for i in range(400):
            (folder / f"{i:04}.txt").write_bytes(report(i + 1))
        started = subprocess.Popen([str(VTLT), "-C", str(self.place), "ingest", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.4)
        started.send_signal(signal.SIGINT)
        code = started.wait(60)
        started.stdout.close()
        started.stderr.close()
        self.assertIn(code, (0, 130))
        answer = self.ingest(self.place, folder, code=0)
        self.assertEqual(self.summary(answer)["accepted"] + self.summary(answer)["duplicates"], 400)
        self.assertEqual(self.search(self.place, "kho")["total"], 400)

    def test_password_files_and_tokens_go_along(self):
        file = self.write("p", "một mật khẩu khác 77\n")
        os.chmod(file, 0o600)
        self.assertEqual(vtlt("-C", self.place, "user", "passwd", "docgia", "--password-file", file).code, 0)
        self.assertEqual(Person(self.server).sign_in("docgia", "một mật khẩu khác 77").status, 303)
        piped = vtlt("-C", self.place, "user", "passwd", "docgia", input="mật khẩu từ ống 123\n".encode())
        self.assertEqual(piped.code, 0, piped)
        self.assertEqual(Person(self.server).sign_in("docgia", "mật khẩu từ ống 123").status, 303)


class Life(ServerCase):
    def test_it_stops_within_five_seconds_and_comes_back(self):
        clerk = self.person("vanthu")
        uid = self.document(clerk, "1.txt", report(1))
        with socket.create_connection(("127.0.0.1", self.server.port)) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\nHos")
            self.assertLess(self.server.stop(), 6)
        self.assertFalse((self.place / "run" / "vtlt.sock").exists())
        self.assert_whole(self.place)
        self.server = Server(self.place)
        again = Person(self.server)
        again.cookies = clerk.cookies
        self.assertEqual(again.get("/documents/" + uid).status, 200, "a session survives a restart")

    def test_a_second_server_is_refused(self):
        answer = vtlt("serve", "--listen", "127.0.0.1:0", home=self.place)
        self.assertEqual(answer.code, 5, answer)
        self.assertEqual(vtlt("serve", "--listen", "0.0.0.0:0", home=self.home("other")).code, 2)

    def test_the_log_tells_no_content(self):
        clerk = self.person("vanthu")
        self.document(clerk, "tên riêng.txt", report(1))
        clerk.get("/search?q=cụm từ riêng tư")
        clerk.wait_for(lambda: "path=/search" in self.server.log_text())  # written after the answer
        log = self.server.log_text()
        for secret in ("riêng", "ri%C3%AAng", PASSWORD, clerk.cookies["vtlt_session"], clerk.csrf):
            self.assertNotIn(secret, log)


class Api(ServerCase):
    def test_the_description_names_every_route_and_its_schemas(self):
        description = self.person().get("/api/v1/openapi.json").json
        self.assertEqual(description["openapi"], "3.1.0")
        known = set(description["components"]["schemas"])
        self.assertFalse(set(re.findall(r"#/components/schemas/(\w+)", json.dumps(description))) - known)
        for path, operations in description["paths"].items():
            for method, operation in operations.items():
                self.assertTrue(operation["summary"], (path, method))
                self.assertEqual({p["name"] for p in operation["parameters"] if p["in"] == "path"}, set(re.findall(r"{(\w+)}", path)), path)

    def test_what_it_does_not_know_is_told_as_a_problem(self):
        one = self.person()
        for method, path, body, status in (("GET", "/api/v1/nothing", None, 404), ("DELETE", "/api/v1/search", None, 405),
                                           ("POST", "/api/v1/uploads", "[]", 400), ("POST", "/api/v1/uploads", "{", 400),
                                           ("POST", "/api/v1/uploads", '{"name":1,"size":2}', 422),
                                           ("POST", "/api/v1/packages", '{"q":5}', 422), ("GET", "/api/v1/search?limit=9999&q=x", None, 422),
                                           ("GET", "/api/v1/search?cursor=zz&q=x", None, 422)):
            answer = one.ask(method, path, body, {"X-CSRF-Token": one.csrf, "Content-Type": "application/json"})
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, "application/problem+json"), (path, answer))
            self.assertTrue(answer.json["title"])

    def test_pages_and_api_answer_the_same_set(self):
        one = self.person()
        for number in range(1, 30):
            one.upload(f"{number}.txt", report(number))
        one.wait_for(lambda: one.get("/api/v1/search?q=kho").json["total"] == 29)
        query = "?q=kho&from=2021&to=2021&sort=newest"
        first = one.get("/api/v1/search" + query)
        self.assertEqual((first.headers["X-Total-Count"], len(first.json["hits"])), ("29", 20))
        self.assertIn("29", one.get("/search" + query).text)
        rest = one.get(re.match(r"<([^>]+)>; rel=\"next\"", first.headers["Link"])[1])
        self.assertEqual(len(rest.json["hits"]), 9)
        self.assertIsNone(rest.headers["Link"])
        self.assertFalse({h["id"] for h in first.json["hits"]} & {h["id"] for h in rest.json["hits"]})


if __name__ == "__main__":
    main()
