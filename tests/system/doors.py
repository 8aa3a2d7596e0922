# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors beside the password of this archive: a directory, as a real slapd serves it, and certificates that browsers come with by TLS."""
import contextlib
import datetime
import json
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

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


class Directory(Doors):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not PROGRAM.exists():
            raise AssertionError("slapd is missing: ./dev test installs it (package slapd)")

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


class Certificates(Doors):
    """`self.here` issues what the server trusts. The people: lan and minh, each with a certificate; minh's is bound where a test does it."""

    def setUp(self):
        super().setUp()
        self.place = self.home()
        self.here, self.other = Authority(self.folder / "here", "CA here"), Authority(self.folder / "other", "CA khác")
        self.web = self.here.issue("web", "server")
        self.trusted = self.write("clients.pem", self.here.certificate.read_bytes())
        add_person(self, self.place, "quantri", "admin")
        self.user("add", "lan", "--role", "clerk", "--no-password")
        self.user("add", "minh", "--role", "clerk", "--no-password")
        self.lan = self.here.issue("lan")
        self.bound = self.user("certificate", "add", "lan", "--file", self.lan[0])

    def serve(self):
        self.server = Server(self.place, "--certificate", self.web[0], "--key", self.web[1], "--client-ca", self.trusted)

    def reload(self):
        before = self.server.log_text().count("server.certificate_read")
        self.server.process.send_signal(signal.SIGHUP)
        Person.wait_for(None, lambda: self.server.log_text().count("server.certificate_read") > before)

    def context(self, pair=None):
        context = ssl.create_default_context(cafile=self.here.certificate)
        if pair:
            context.load_cert_chain(*pair)
        return context

    def browser(self, pair=None):
        return Person(self.server, context=self.context(pair))

    def same_cookies(self, person, pair=None):
        other = self.browser(pair)
        other.cookies, other.csrf = dict(person.cookies), person.csrf
        return other

    def in_with(self, pair, back="/account"):
        person = self.browser(pair)
        answer = person.post_form("/sign-in/certificate", back=back)
        self.assertEqual((answer.status, answer.headers["Location"]), (303, back), answer)
        person.csrf = re.search(r'name="csrf" content="([^"]+)"', person.get("/account").text)[1]
        return person

    def refused(self, pair):
        answer = self.browser(pair).post_form("/sign-in/certificate", back="/")
        self.assertEqual(answer.status, 422, answer)
        self.assertNotIn("Set-Cookie", answer.headers)
        return answer


class Cards(Certificates):
    def test_a_bound_certificate_signs_in(self):
        self.serve()
        for language, words in (("vi", "Đăng nhập bằng chứng thư số"), ("en", "Sign in with a certificate")):
            self.assertIn(words, self.browser(self.lan).get("/sign-in?lang=" + language).text)
            self.assertNotIn(words, self.browser().get("/sign-in?lang=" + language).text)
        person = self.in_with(self.lan)
        for _ in range(3):  # on the same connection
            self.assertIn("lan", person.get("/account").text)
        (event,) = self.events("session.opened")
        self.assertEqual((event["detail"]["door"], event["detail"]["certificate"]), ("certificate", self.bound["sha256"]))
        self.assertEqual(event["actor"], next(u["id"] for u in self.user("list")["users"] if u["name"] == "lan"))
        # Where he came from, and what he had sent too late, is there again.
        self.assertEqual(self.browser(self.lan).post_form("/sign-in/certificate", back="/search?q=x").headers["Location"], "/search?q=x")
        self.assertEqual(self.browser(self.lan).post_form("/sign-in/certificate", back="//elsewhere.example/").headers["Location"], "/")
        elsewhere = self.browser(self.lan).ask("POST", "/sign-in/certificate", "back=/", {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"})
        self.assertEqual(elsewhere.status, 403)
        # A card and its PIN are two factors already; a password alone is one.
        self.user("second-factor-policy", "--everybody")
        self.assertEqual(self.in_with(self.lan).get("/search?q=x").status, 200)
        admin = self.browser()
        admin.post_form("/sign-in", name="quantri", password=PASSWORD, back="/")
        self.assertEqual(admin.get("/search?q=x").headers["Location"], "/account/second-factor")
        self.server.stop()
        self.assert_whole(self.place)

    def test_whatever_is_wrong_is_told_alike_and_is_in_the_history(self):
        expired, early, revoked, minh = (self.here.issue(name, days=days) for name, days in
                                         (("expired", (-2, -1)), ("early", (1, 2)), ("revoked", (-1, 1)), ("minh", (-1, 1))))
        foreign, server = self.other.issue("foreign"), self.here.issue("server", "server")
        for name, pair in (("x1", expired), ("x2", early), ("x3", revoked), ("x4", foreign), ("x5", server), ("minh", minh)):
            if name != "minh":
                self.user("add", name, "--role", "clerk", "--no-password")
            self.user("certificate", "add", name, "--file", pair[0])
        self.user("disable", "minh")
        self.trusted.write_bytes(self.here.certificate.read_bytes() + self.here.revoke("revoked").read_bytes())
        unbound = self.here.issue("unbound")
        self.serve()
        self.in_with(self.lan)
        answers = {name: self.refused(pair) for name, pair in
                   (("expired", expired), ("early", early), ("revoked", revoked), ("foreign", foreign), ("server", server), ("disabled", minh), ("unbound", unbound))}
        self.assertEqual({a.text for a in answers.values()}, {answers["unbound"].text})
        self.assertIn("không đăng nhập được ở đây", answers["unbound"].text)
        self.refused(None)
        failed = self.events("sign_in.failed")
        self.assertEqual([e["detail"]["wrong"] for e in failed], ["certificate"] * 8)
        self.assertEqual(sum(e["object"] == "sign_in" for e in failed), 2, "nobody's, and none")
        for _ in range(4):
            self.refused(unbound)
        self.assertEqual(self.browser(unbound).post_form("/sign-in/certificate", back="/").status, 429)
        self.server.stop()
        self.assert_whole(self.place)

    def test_a_session_is_nobodys_without_its_certificate(self):
        minh = self.here.issue("minh")
        self.user("certificate", "add", "minh", "--file", minh[0])
        self.serve()
        lan = self.in_with(self.lan)
        for pair in (None, minh):
            thief = self.same_cookies(lan, pair)
            self.assertEqual((thief.get("/account").status, thief.get("/api/v1/search?q=x").status), (303, 401))
            self.assertEqual(thief.post_form("/account/sessions/end-others").status, 303)
        self.assertEqual(self.same_cookies(lan, self.lan).get("/account").status, 200)
        # One that was opened with a password asks for no certificate and takes none.
        file = self.write("password", PASSWORD)
        self.user("passwd", "minh", "--password-file", file)
        minh_in = self.browser(self.lan)
        self.assertEqual(minh_in.sign_in("minh", PASSWORD).status, 303)
        self.assertEqual(self.same_cookies(minh_in).get("/account").status, 200)

    def test_unbinding_ends_what_is_open_within_a_second(self):
        job = self.waiting_job()
        self.serve()
        ways = {"command": lambda: self.user("certificate", "remove", "lan", self.bound["sha256"]),
                "rest": lambda: self.admin.ask("DELETE", f"/api/v1/users/lan/certificates/{self.bound['id']}", None, {"X-CSRF-Token": self.admin.csrf}),
                "disabling": lambda: self.user("disable", "lan")}
        self.admin = self.browser()
        self.admin.sign_in("quantri", PASSWORD)
        for way, end in ways.items():
            with self.subTest(way):
                if way != "command":
                    self.bound = self.user("certificate", "add", "lan", "--file", self.lan[0])
                lan = self.in_with(self.lan)
                stream = self.open_stream(lan, f"/api/v1/jobs/{job}/events")
                end()
                acknowledged = time.monotonic()
                self.assertEqual(lan.get("/api/v1/search?q=x").status, 401)
                with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
                    while stream.recv(4096):
                        pass
                self.assertLessEqual(time.monotonic() - acknowledged, 1.0)
                stream.close()
                self.refused(self.lan)

    def waiting_job(self):
        """Its stream of events has no end of its own."""
        actor = next(u["id"] for u in self.user("list")["users"] if u["name"] == "lan")
        uid = f"WAITS{actor[5:]}"
        with contextlib.closing(sqlite3.connect(self.place / "catalog.db")) as catalog, catalog:
            catalog.execute("INSERT INTO job (uid, kind, request_key, request, actor, clearance, scopes, attended, state, created_at, updated_at, secrecy)"
                            " VALUES (?, 'ingest', ?, '{}', ?, 3, 'read', 1, 'queued', 1, 1, 0)", (uid, uid, actor))
        return uid

    def open_stream(self, person, path):
        line = self.context(self.lan).wrap_socket(socket.create_connection(("127.0.0.1", self.server.port)), server_hostname="127.0.0.1")
        line.settimeout(30)
        cookies = "; ".join(f"{k}={v}" for k, v in person.cookies.items())
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode())
        self.assertIn(b" 200 ", line.recv(4096).split(b"\r\n")[0])
        return line


class Servers(Certificates):
    def test_no_header_is_a_certificate(self):
        """Plain HTTP behind a proxy, and TLS without a certificate."""
        pem = self.lan[0].read_text()
        claims = {"X-SSL-Client-Cert": pem.replace("\n", " "), "X-SSL-Client-Verify": "SUCCESS", "SSL-Client-Fingerprint": self.bound["sha256"], "X-Client-Cert": self.bound["sha256"],
                  "Client-Cert": ":" + "".join(pem.splitlines()[1:-1]) + ":", "X-Forwarded-Client-Cert": "Hash=" + self.bound["sha256"]}

        def check(person):
            self.assertNotIn("chứng thư số", person.ask("GET", "/sign-in", headers=claims).text)
            answer = person.ask("POST", "/sign-in/certificate", "back=/", {"Content-Type": "application/x-www-form-urlencoded", **claims})
            self.assertEqual(answer.status, 422)

        self.serve()
        check(self.browser())
        self.server.stop()
        self.server = Server(self.place, "--behind-proxy")
        check(Person(self.server))
        self.server.stop()
        for arguments in (("--client-ca", self.trusted), ("--client-ca", self.lan[1], "--certificate", self.web[0], "--key", self.web[1]),
                          ("--client-ca", self.folder / "none", "--certificate", self.web[0], "--key", self.web[1])):
            self.assertNotEqual(vtlt("-C", self.place, "serve", "--listen", "127.0.0.1:0", *arguments, timeout=30).code, 0)

    def test_other_authorities_and_lists_are_taken_up_while_it_runs(self):
        foreign = self.other.issue("foreign")
        self.user("certificate", "add", "minh", "--file", foreign[0])
        self.serve()
        minh = self.browser(foreign)
        self.assertEqual(minh.post_form("/sign-in/certificate", back="/").status, 422)
        self.trusted.write_bytes(self.here.certificate.read_bytes() + self.other.certificate.read_bytes())
        self.reload()
        # On the connection that was there, and on a new one.
        self.assertEqual(minh.post_form("/sign-in/certificate", back="/").status, 303)
        self.in_with(foreign)
        self.assertEqual(minh.get("/account").status, 200)
        self.trusted.write_bytes(self.trusted.read_bytes() + self.other.revoke("foreign").read_bytes() + self.here.revoke().read_bytes())
        self.reload()
        self.assertEqual(minh.get("/account").status, 303, "revoked on its open connection")
        self.refused(foreign)
        self.in_with(self.lan)
        # Nonsense is refused and what was stays.
        self.trusted.write_text("nonsense")
        self.server.process.send_signal(signal.SIGHUP)
        Person.wait_for(None, lambda: "server.certificate_refused" in self.server.log_text())
        self.in_with(self.lan)

    def test_no_connection_is_resumed_with_what_an_older_one_showed(self):
        self.serve()
        context = self.context(self.lan)

        def connect(session=None):
            line = context.wrap_socket(socket.create_connection(("127.0.0.1", self.server.port)), server_hostname="127.0.0.1", session=session)
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            line.recv(4096)
            return line

        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.minimum_version = context.maximum_version = version
            with connect() as first, connect(first.session) as second:
                self.assertFalse(second.session_reused)


class Bindings(Certificates):
    def test_by_command(self):
        again = self.user("certificate", "add", "minh", "--file", self.lan[0], code=5)
        self.assertEqual(again["code"], "certificate.bound")
        self.assertEqual(self.user("certificate", "add", "minh", "--file", self.lan[1], code=2)["code"], "certificate.unreadable")
        self.assertEqual(self.user("certificate", "add", "minh", "--file", self.folder / "none", code=4)["code"], "certificate.file_not_found")
        (listed,) = self.user("certificate", "list", "lan")["certificates"]
        told = subprocess.run(["openssl", "x509", "-in", self.lan[0], "-noout", "-fingerprint", "-sha256"], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.assertEqual(listed["sha256"], told.split("=")[1].strip().replace(":", "").lower())
        self.assertEqual((listed["subject"], listed["issuer"], listed["id"]), ("CN=lan", "CN=CA here", self.bound["id"]))
        self.user("certificate", "remove", "lan", "--file", self.lan[0])
        self.assertEqual(self.user("certificate", "remove", "lan", self.bound["id"], code=4)["code"], "certificate.not_found")
        der = self.folder / "lan.der"
        subprocess.run(["openssl", "x509", "-in", self.lan[0], "-outform", "DER", "-out", der], check=True)
        added = self.user("certificate", "add", "minh", "--file", der)
        self.assertEqual(added["sha256"], self.bound["sha256"])
        self.assertEqual(self.user("certificate", "remove", "lan", added["id"], code=4)["code"], "certificate.not_found", "another's")
        self.user("certificate", "remove", "minh", added["id"])
        self.assertEqual([e["action"] for e in self.events("certificate.")], ["certificate.removed", "certificate.added", "certificate.removed", "certificate.added"])
        self.assert_whole(self.place)

    def test_by_page_and_rest_with_the_rights_of_a_password(self):
        self.serve()
        self.user("add", "sep", "--role", "leader,admin", "--clearance", "tuyet_mat", "--no-password")
        add_person(self, self.place, "thuong", "admin", "open")
        minh = self.here.issue("minh")
        uid = {u["name"]: u["id"] for u in self.user("list")["users"]}
        admin, lesser = self.browser(), self.browser()
        admin.sign_in("quantri", PASSWORD)
        lesser.sign_in("thuong", PASSWORD)
        page = f"/people/{uid['minh']}"
        self.assertEqual(admin.post_files(page + "/certificates", [("minh.cer", minh[0].read_bytes())]).status, 303)
        shown = admin.get(page).text
        self.assertIn("CN=minh", shown)
        self.assertIn("Đã gắn chứng thư số", shown)
        for content, words in ((minh[0].read_bytes(), "đã gắn với một tài khoản"), (b"nonsense", "không phải chứng thư số"), (b"", "không phải chứng thư số"), (b"x" * 100_000, "không phải chứng thư số")):
            self.assertEqual(admin.post_files(page + "/certificates", [("minh.cer", content)]).status, 303)
            self.assertIn(words, admin.get(page).text)
        self.assertEqual(admin.post_files(page + "/certificates", [("minh.cer", minh[0].read_bytes())], csrf="x" * 43).status, 403)
        remove = re.search(r'action="(/people/[^"]+/certificates/[^"]+/remove)"', admin.get(page).text)[1]
        self.in_with(minh)
        self.assertEqual(admin.post_form(remove).status, 303)
        self.assertNotIn("CN=minh", admin.get(page).text)
        # Who could act as somebody above himself, could with a certificate of his own.
        path = f"/api/v1/users/{uid['sep']}/certificates"
        pem = {"pem": minh[0].read_text()}
        self.assertEqual(lesser.send_json("POST", path, pem).status, 403)
        made = admin.send_json("POST", path, pem)
        self.assertEqual((made.status, made.json["subject"]), (201, "CN=minh"), made)
        self.assertEqual(admin.get(path).json["certificates"][0]["id"], made.json["id"])
        lan = self.in_with(self.lan)
        self.assertEqual(lan.get(path).status, 403)
        for person in (lesser, lan):
            self.assertEqual(person.ask("DELETE", path + "/" + made.json["id"], None, {"X-CSRF-Token": person.csrf}).status, 403)
        self.assertEqual(admin.ask("DELETE", path + "/" + made.json["id"], None, {"X-CSRF-Token": admin.csrf}).status, 204)
        self.assertEqual(admin.get(path).json["certificates"], [])

    def test_verify_tells_one_that_somebody_bound_beside_the_program(self):
        with contextlib.closing(sqlite3.connect(self.place / "catalog.db")) as catalog, catalog:
            catalog.execute("UPDATE account_certificate SET account_id = (SELECT id FROM account WHERE name = 'quantri')")
        answer = vtlt("-C", self.place, "verify", "--json")
        self.assertEqual(answer.code, 7, answer)
        self.assertEqual([(p["kind"], p["path"]) for p in answer.json()["problems"]][0][0], "audit")


if __name__ == "__main__":
    main()
