# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors beside the password of this archive: a directory, as a real slapd serves it."""
import contextlib
import datetime
import json
import re
import socket
import ssl
import threading
import time
import unittest

from pki import Authority
from slapd import BIND, PROGRAM, Slapd
from totp import totp, wrong
from vtlt_case import VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server, add_person

NOBODY = BIND.format(name="vtlt-nobody")
# The patience of the server and what a busy machine adds to it.
IN_TIME = 5 + 10
AT_DIRECTORY = {"lan": "mật khẩu của lan ở thư mục", "minh": "bí mật, của: minh", "khoa": "khoa đã nghỉ việc", "la": "người không có ở kho"}


class Doors(VtltCase):
    def setUp(self):
        super().setUp()
        self.server = None
        self.addCleanup(lambda: self.server and self.server.__exit__())

    def user(self, *arguments, code=0):
        answer = vtlt("-C", self.place, "user", *arguments, "--json")
        self.assertEqual(answer.code, code, answer)
        return answer.json() if code == 0 else json.loads(answer.err)

    def events(self, action):
        answer = vtlt("-C", self.place, "audit", "list", "--action", action, "--json")
        self.assertEqual(answer.code, 0, answer)
        return answer.json()["events"]

    def try_in(self, name, password):
        return Person(self.server).post_form("/sign-in", name=name, password=password, back="/")

    def signed_in(self, name, password):
        person = Person(self.server)
        answer = person.sign_in(name, password)
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"), answer)
        return person


@unittest.skipUnless(PROGRAM.exists(), "skipped: slapd is not on this machine")
class Directory(Doors):
    def setUp(self):
        super().setUp()
        self.place = self.home("home", "--test-clock")
        self.authority = Authority(self.folder / "ca", "VTLT test")
        self.slapd = Slapd(self.folder / "slapd", self.authority, AT_DIRECTORY)
        self.addCleanup(self.slapd.kill)
        add_person(self, self.place, "quantri", "admin")
        self.configure(f"ldaps://127.0.0.1:{self.slapd.secure_port}")
        for name in ("lan", "minh", "khoa"):
            self.user("add", name, "--role", "clerk", "--ldap")
        self.user("disable", "khoa")

    def configure(self, url, **more):
        file = self.place / "config.json"
        config = json.loads(file.read_text(encoding="utf-8"))
        config["ldap"] = {"url": url, "bind": BIND, "ca_file": str(self.authority.certificate), **more}
        file.write_text(json.dumps(config), encoding="utf-8")

    def serve(self, *arguments):
        if self.server:
            self.server.stop()
        self.server = Server(self.place, *arguments)

    def bound_since(self, before):
        return self.slapd.binds()[before:]


class People(Directory):
    def test_whoever_the_directory_knows_signs_in(self):
        ways = {"ldaps": (f"ldaps://127.0.0.1:{self.slapd.secure_port}", {}), "StartTLS": (f"ldap://127.0.0.1:{self.slapd.port}", {"start_tls": True})}
        for way, (url, more) in ways.items():
            with self.subTest(way):
                self.configure(url, **more)
                self.serve()
                before = len(self.slapd.binds())
                for name in ("lan", "LAN", "minh"):
                    person = self.signed_in(name, AT_DIRECTORY[name.lower()])
                    self.assertIn(name.lower(), person.get("/account").text)
                self.assertEqual(self.try_in("lan", AT_DIRECTORY["minh"]).status, 422)
                self.signed_in("quantri", PASSWORD)
                self.assertEqual(self.bound_since(before), [(BIND.format(name=n), r) for n, r in (("lan", 0), ("lan", 0), ("minh", 0), ("lan", 49))])
                self.assertEqual(self.events("session.opened")[1]["detail"]["door"], "ldap")
        self.server.stop()
        self.assert_whole(self.place)

    def test_no_password_goes_to_who_is_not_the_directory(self):
        """Another authority's certificate, another host's, no TLS at all: nobody signs in, and the administrator does."""
        other = Authority(self.folder / "other", "Khác")
        for url, more in ((f"ldaps://127.0.0.1:{self.slapd.secure_port}", {"ca_file": str(other.certificate)}),
                          (f"ldap://127.0.0.1:{self.slapd.port}", {"start_tls": True, "ca_file": str(other.certificate)}),
                          (f"ldaps://127.0.0.2:{self.slapd.secure_port}", {}),
                          (f"ldap://127.0.0.1:{self.slapd.port}", {}),
                          (f"ldaps://127.0.0.1:{self.slapd.port}", {})):
            with self.subTest(url=url, **more):
                self.configure(url, **more)
                self.serve()
                before = len(self.slapd.binds())
                answer = self.try_in("lan", AT_DIRECTORY["lan"])
                self.assertEqual(answer.status, 503)
                self.assertIn("thư mục (LDAP) không trả lời", answer.text)
                self.signed_in("quantri", PASSWORD)
                # That this directory refuses what is sent readable does not excuse us; over a loopback it is our choice.
                self.assertIn(self.bound_since(before), ([], [(BIND.format(name="lan"), 13)]))
        self.server.stop()
        self.configure("ldap://dc1.vtlt.vn")
        answer = vtlt("-C", self.place, "user", "list")
        self.assertEqual(answer.code, 2, answer)

    def test_pages_rest_and_command_tell_the_door(self):
        self.serve()
        admin = self.signed_in("quantri", PASSWORD)
        lan = self.signed_in("lan", AT_DIRECTORY["lan"])
        uid = {u["name"]: u["id"] for u in self.user("list")["users"]}
        self.assertEqual({u["name"]: (u["door"], u["has_password"]) for u in self.user("list")["users"]}["lan"], ("ldap", False))
        # His password is not ours to change.
        page = lan.get("/account").text
        self.assertIn("LDAP", page)
        self.assertNotIn('action="/account/password"', page)
        self.assertEqual(lan.post_form("/account/password", present=AT_DIRECTORY["lan"], new="n" * 9 + "mới", again="n" * 9 + "mới").status, 409)
        page = admin.get("/people/" + uid["lan"]).text
        self.assertIn("Thư mục của cơ quan (LDAP)", page)
        self.assertNotIn(f'/people/{uid["lan"]}/password"', page)
        self.assertEqual(admin.post_form(f"/people/{uid['lan']}/password").status, 409)
        file = self.write("password", PASSWORD)
        self.assertEqual(self.user("passwd", "lan", "--password-file", file, code=5)["code"], "password.in_directory")
        # Through the other door and back, on the page and over REST: each ends his sessions.
        self.assertEqual(admin.post_form(f"/people/{uid['lan']}/door", door="password").status, 303)
        self.assertIn("Đã đổi cách đăng nhập", admin.get("/people/" + uid["lan"]).text)
        self.assertEqual(lan.get("/account").status, 303)
        self.assertEqual(self.try_in("lan", AT_DIRECTORY["lan"]).status, 422)
        self.user("passwd", "lan", "--password-file", file)
        self.signed_in("lan", PASSWORD)
        seen = admin.get("/api/v1/users/lan").headers["ETag"]
        answer = admin.send_json("PATCH", "/api/v1/users/lan", {"door": "ldap"}, If_Match=seen)
        self.assertEqual((answer.status, answer.json["door"], answer.json["has_password"]), (200, "ldap", False), answer)
        self.assertEqual(self.try_in("lan", PASSWORD).status, 422)
        self.signed_in("lan", AT_DIRECTORY["lan"])
        self.assertEqual(admin.send_json("POST", "/api/v1/users", {"name": "x1", "door": "cửa sổ"}).json["code"], "door.unknown")
        made = admin.send_json("POST", "/api/v1/users", {"name": "la", "door": "ldap", "roles": ["clerk"]})
        self.assertEqual((made.status, made.json["door"]), (201, "ldap"))
        self.signed_in("la", AT_DIRECTORY["la"])
        made = admin.post_form("/people", name="hai", full_name="Hai", unit="CQ", role="clerk", clearance="open", door="ldap")
        self.assertEqual(made.status, 200)
        self.assertNotIn("<code>", made.text)
        self.assertIn('name="door"', admin.get("/people/new").text)
        self.server.stop()
        self.assert_whole(self.place)

    def test_a_second_factor_goes_with_it(self):
        at = (int(time.time()) // 3600 + 1) * 3600 + 5
        self.serve("--now", datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
        lan = self.signed_in("lan", AT_DIRECTORY["lan"])
        secret = lan.send_json("POST", "/api/v1/account/second-factor/start", {}).json["secret"]
        confirm = lambda password, code: lan.send_json("POST", "/api/v1/account/second-factor/confirm", {"password": password, "code": code})
        self.assertEqual(confirm(PASSWORD, totp(secret, at - 30)).json["code"], "password.wrong")
        self.assertEqual(confirm("", totp(secret, at - 30)).json["code"], "password.wrong")
        self.assertEqual(confirm(AT_DIRECTORY["lan"], wrong(secret, at)).json["code"], "second_factor.wrong_code")
        self.assertEqual(confirm(AT_DIRECTORY["lan"], totp(secret, at - 30)).status, 200)
        browser = Person(self.server)
        answer = browser.post_form("/sign-in", name="lan", password=AT_DIRECTORY["lan"], back="/")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/sign-in/code"))
        token = re.search(r'name="token" value="([^"]+)"', browser.get("/sign-in/code").text)[1]
        self.assertEqual(browser.post_form("/sign-in/code", token=token, code=wrong(secret, at), back="/").status, 422)
        self.assertEqual(browser.post_form("/sign-in/code", token=token, code=totp(secret, at), back="/").status, 303)
        self.assertEqual(browser.get("/account").status, 200)
        # Without the directory nothing of it can be changed.
        self.slapd.kill()
        self.assertEqual(confirm(AT_DIRECTORY["lan"], totp(secret, at)).status, 503)


class Thieves(Directory):
    def setUp(self):
        super().setUp()
        self.serve()

    def test_every_refusal_asks_the_directory_once_and_says_the_same(self):
        """So neither words nor time tell who there is."""
        strip = lambda answer: re.sub(r'value="[^"]*"', "", answer.text)
        wanted = {"lan": ("sai", "lan"), "quantri": ("sai", None), "khoa": (AT_DIRECTORY["khoa"], None), "la": (AT_DIRECTORY["la"], None), "khong.co": ("sai", None)}
        seen = set()
        for name, (password, asked) in wanted.items():
            with self.subTest(name):
                before = len(self.slapd.binds())
                answer = self.try_in(name, password)
                seen.add((answer.status, strip(answer)))
                self.assertEqual([dn for dn, _ in self.bound_since(before)], [BIND.format(name=asked) if asked else NOBODY])
        self.assertEqual([status for status, _ in seen], [422])

    def test_names_and_passwords_that_are_none(self):
        hostile = ["*)(uid=*", "lan,ou=people", "lan,ou=people,dc=vtlt,dc=vn", "lan\0", "\0", "*", "", " ", "lan+uid=minh", "\\6can", "#lan", "l" * 1_000_000, "lan\r\nlan"]
        for name in hostile:
            with self.subTest(name=name[:40]):
                before = len(self.slapd.binds())
                answer = self.try_in(name, AT_DIRECTORY["lan"])
                self.assertIn(answer.status, (422, 413) if len(name) > 1000 else (422, 400), answer)
                self.assertLessEqual({dn for dn, _ in self.bound_since(before)}, {NOBODY})
        for password in ("", "\0", "\0" + AT_DIRECTORY["minh"], AT_DIRECTORY["minh"] + "\0", "p" * 1025):
            with self.subTest(password=password[:40]):
                before = len(self.slapd.binds())
                # A form with a NUL in it is none.
                status, bound = (400, []) if "\0" in password else (422, [(NOBODY, False)])
                self.assertEqual(self.try_in("minh", password).status, status)
                self.assertEqual([(dn, code == 0) for dn, code in self.bound_since(before)], bound)
        self.assertEqual(self.events("session.opened"), [])

    def test_this_directory_would_let_an_empty_password_in(self):
        """Else the test above would prove nothing."""
        request = bytes.fromhex("30 %02x 020101 60 %02x 020103 04 %02x" % ((n := len(BIND.format(name="minh"))) + 12, n + 7, n)) + BIND.format(name="minh").encode() + b"\x80\x00"
        with socket.create_connection(("127.0.0.1", self.slapd.secure_port)) as raw, ssl._create_unverified_context().wrap_socket(raw) as line:
            line.sendall(request)
            self.assertEqual(line.recv(100)[7:10], bytes.fromhex("0a0100"), "success")

    def test_who_guesses_waits_whoever_he_means(self):
        for name in ("lan", "khong.co"):
            for _ in range(5):
                self.assertEqual(self.try_in(name, "sai").status, 422)
            self.assertEqual(self.try_in(name, AT_DIRECTORY["lan"]).status, 429)

    def test_nothing_readable_stays_in_the_home_or_the_log(self):
        self.signed_in("lan", AT_DIRECTORY["lan"])
        self.try_in("minh", "mật khẩu gõ sai của minh")
        self.slapd.kill()
        self.assertEqual(self.try_in("lan", AT_DIRECTORY["lan"]).status, 503)
        held = b"".join(p.read_bytes() for p in self.place.rglob("*") if p.is_file()) + self.server.log_text().encode()
        for secret in (AT_DIRECTORY["lan"], "mật khẩu gõ sai của minh"):
            self.assertNotIn(secret.encode(), held)
        self.assertIn("directory.silent", self.server.log_text())
        self.assertNotIn("uid=lan", self.server.log_text())


class Outages(Directory):
    def told_silent(self, answer):
        self.assertEqual(answer.status, 503, answer)
        self.assertIn("không trả lời", answer.text)

    def test_a_directory_that_dies_and_comes_back(self):
        self.serve()
        lan = self.signed_in("lan", AT_DIRECTORY["lan"])
        self.slapd.kill()
        strip = lambda answer: re.sub(r'value="[^"]*"', "", answer.text)
        answers = [self.try_in(name, "sai") for name in ("lan", "quantri", "khoa", "khong.co")]
        for answer in answers:
            self.told_silent(answer)
        self.assertEqual(len({strip(answer) for answer in answers}), 1)
        self.told_silent(self.try_in("minh", AT_DIRECTORY["minh"]))
        self.assertEqual([e["detail"].get("wrong") for e in self.events("sign_in.failed")], ["directory"] * 5)
        # What does not depend on it goes on.
        self.signed_in("quantri", PASSWORD)
        self.assertEqual(lan.get("/account").status, 200)
        self.slapd.start()
        self.signed_in("minh", AT_DIRECTORY["minh"])
        for words in ("directory.silent", "directory.answers"):
            self.assertEqual(self.server.log_text().count(words), 1)

    def test_one_that_dies_while_it_is_asked(self):
        self.serve()
        stop, seen = threading.Event(), []

        def ask():
            while not stop.is_set():
                seen.append(self.try_in("lan", AT_DIRECTORY["lan"]).status)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for one in threads:
            one.start()
        try:
            person = Person(self.server)
            person.wait_for(lambda: seen.count(303) > 5)
            self.slapd.kill()
            person.wait_for(lambda: 503 in seen)
        finally:
            stop.set()
            for one in threads:
                one.join()
        self.assertLessEqual(set(seen), {303, 503, 429})
        self.assertEqual(Person(self.server).get("/healthz").status, 200)
        self.signed_in("quantri", PASSWORD)

    @contextlib.contextmanager
    def mute(self, tls):
        """Accepts and says nothing, under TLS after its handshake."""
        held, stop = [], threading.Event()
        listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.authority.issue("mute", "server"))

        def run():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    line, _ = listener.accept()
                    held.append(line)
                    if context:
                        held.append(context.wrap_socket(line, server_side=True))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            socket.create_connection(listener.getsockname()).close()
            thread.join(10)
            for line in [listener, *held]:
                line.close()

    def test_one_that_accepts_and_never_answers_holds_up_nobody(self):
        for how, tls, url, more in (("before the handshake", False, "ldaps://127.0.0.1:{}", {}), ("before StartTLS", False, "ldap://127.0.0.1:{}", {"start_tls": True}),
                                    ("before the bind", True, "ldaps://127.0.0.1:{}", {})):
            with self.subTest(how), self.mute(tls) as port:
                self.configure(url.format(port), **more)
                self.serve()
                admin = self.signed_in("quantri", PASSWORD)
                took, statuses = [], []

                def ask(number):
                    begun = time.monotonic()
                    statuses.append(self.try_in("lan" if number == 0 else f"khong.co{number}", AT_DIRECTORY["lan"]).status)
                    took.append(time.monotonic() - begun)

                threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
                for one in threads:
                    one.start()
                rounds = 0
                while any(one.is_alive() for one in threads):
                    self.assertEqual(admin.get("/account").status, 200)
                    rounds += 1
                for one in threads:
                    one.join()
                self.assertGreater(rounds, 10, "others are served meanwhile")
                self.assertLessEqual(set(statuses), {503, 429})
                self.assertIn(503, statuses)
                self.assertLess(max(took), IN_TIME)
                # Found silent: nobody waits for it behind the one who tries.
                self.signed_in("quantri", PASSWORD)


if __name__ == "__main__":
    main()
