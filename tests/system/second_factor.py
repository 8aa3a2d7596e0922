# SPDX-License-Identifier: GPL-3.0-or-later
"""The second factor as a person, a script, an operator and a thief meet it. The server's clock stands still at an instant of the
test's; a later or an earlier one is another start of the server."""
import datetime
import html
import json
import re
import threading
import time
import urllib.parse

from totp import totp, wrong
from vtlt_case import VtltCase, main, vtlt
from vtlt_server import PASSWORD, Person, Server, add_person

# Roles hold from the day on which they are given: not before today. And five seconds into a step.
BEGIN = (int(time.time()) // 3600 + 1) * 3600 + 5


class Factor(VtltCase):
    def setUp(self):
        super().setUp()
        self.place = self.home("home", "--test-clock")
        add_person(self, self.place, "quantri", "admin")
        add_person(self, self.place, "lan", "clerk", "mat")
        self.server = None
        self.addCleanup(lambda: self.server and self.server.__exit__())
        self.at(0)

    def at(self, seconds):
        """Starts the server anew, so many seconds after the beginning."""
        if self.server:
            self.server.stop()
        self.time = BEGIN + seconds
        self.server = Server(self.place, "--now", datetime.datetime.fromtimestamp(self.time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def code(self, step=0):
        return totp(self.secret, self.time + 30 * step)

    def wrong_code(self):
        return wrong(self.secret, self.time)

    def user(self, *arguments):
        return vtlt("-C", self.place, "user", *arguments)

    def again(self, person):
        """The same browser, with the server that is there now."""
        other = Person(self.server)
        other.cookies, other.csrf = dict(person.cookies), person.csrf
        return other

    def signed_in(self, name):
        person = Person(self.server)
        answer = person.sign_in(name, PASSWORD)
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"), answer)
        return person

    def turn_on(self, name="lan"):
        """By REST, with the code of the step before: the present one is left for signing in."""
        person = self.signed_in(name)
        started = person.send_json("POST", "/api/v1/account/second-factor/start", {})
        self.assertEqual(started.status, 200, started)
        self.secret = started.json["secret"]
        done = person.send_json("POST", "/api/v1/account/second-factor/confirm", {"password": PASSWORD, "code": self.code(-1)})
        self.assertEqual(done.status, 200, done)
        self.recovery = done.json["recovery_codes"]
        return person

    def half(self, name="lan", back="/"):
        """A browser that has given the password."""
        person = Person(self.server)
        answer = person.post_form("/sign-in", name=name, password=PASSWORD, back=back)
        self.assertEqual(answer.status, 303, answer)
        self.assertTrue(answer.headers["Location"].startswith("/sign-in/code"), answer.headers["Location"])
        self.assertNotIn("vtlt_session", person.cookies)
        self.assertIn("vtlt_code", person.cookies)
        page = person.get(answer.headers["Location"])
        self.assertEqual(page.status, 200, page)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        person.form_token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
        return person

    def give(self, person, code, **more):
        return person.post_form("/sign-in/code", **{"token": person.form_token, "code": code, "back": "/", **more})

    def every_byte(self):
        return b"".join(p.read_bytes() for p in self.place.rglob("*") if p.is_file())

    def events(self):
        answer = vtlt("-C", self.place, "audit", "list", "--json")
        self.assertEqual(answer.code, 0, answer)
        return answer.json()["events"]


class Pages(Factor):
    def test_a_person_turns_it_on_signs_in_with_it_and_turns_it_off(self):
        lan = self.signed_in("lan")
        self.assertIn('href="/account/second-factor"', lan.get("/account").text)
        self.assertEqual(lan.post_form("/account/second-factor/start").status, 303)
        for language, words in (("vi", "Xác thực hai lớp"), ("en", "Second factor")):
            page = lan.get("/account/second-factor?lang=" + language)
            self.assertEqual(page.headers["Cache-Control"], "no-store")
            self.assertIn(f"<h1>{words}</h1>", page.text)
        self.secret = "".join(re.findall(r"<code>([A-Z2-7]{4})</code>", page.text))
        self.assertEqual(len(self.secret), 32)
        uri = urllib.parse.urlsplit(html.unescape(re.search(r"<code>(otpauth:[^<]+)</code>", re.sub("</?span>", "", page.text))[1]))
        told = urllib.parse.parse_qs(uri.query)
        self.assertEqual((uri.netloc, told["secret"], told["digits"], told["period"], told["algorithm"]), ("totp", [self.secret], ["6"], ["30"], ["SHA1"]))
        self.assertTrue(urllib.parse.unquote(uri.path).endswith(":lan"))
        self.assertRegex(page.text, r'<svg class="qr" viewBox="0 0 \d+ \d+" role="img" aria-label="[^"]+"><path d="M4 4h7v1h-7z')
        self.assertNotIn("script-src 'unsafe", page.headers["Content-Security-Policy"])
        # Nothing is in force yet.
        self.signed_in("lan")
        refused = lan.post_form("/account/second-factor/confirm", code=self.wrong_code(), password=PASSWORD)
        self.assertEqual(refused.status, 422)
        self.assertIn('id="f-code-error"', refused.text)
        refused = lan.post_form("/account/second-factor/confirm", code=self.code(-1), password="x" * 12)
        self.assertEqual(refused.status, 422)
        self.assertIn('id="f-password-error"', refused.text)
        done = lan.post_form("/account/second-factor/confirm", code=self.code(-1), password=PASSWORD)
        self.assertEqual((done.status, done.headers["Cache-Control"]), (200, "no-store"))
        codes = re.findall(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>", done.text)
        self.assertEqual(len(set(codes)), 10)
        # Told once.
        for path in ("/account/second-factor", "/account"):
            text = lan.get(path).text
            for secret in (self.secret, *codes):
                self.assertNotIn(secret, text)
        browser = self.half(back="/search?q=x")
        answer = self.give(browser, self.code(), back="/search?q=x")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/search?q=x"), answer)
        self.assertNotIn("vtlt_code", browser.cookies)
        self.assertEqual(browser.get("/search?q=x").status, 200)
        other = self.half()
        answer = self.give(other, codes[4].lower().replace("-", " "), recovery="1")
        self.assertEqual(answer.status, 303, answer)
        self.assertIn("9.", other.get("/").text.split('id="messages"')[1].split("</div>")[0])
        self.assertIn("</p>", other.get("/").text)
        # Off, with password and code.
        self.assertEqual(lan.post_form("/account/second-factor/remove", code=codes[4], password=PASSWORD).status, 422)
        self.assertEqual(lan.post_form("/account/second-factor/remove", code=codes[5], password=PASSWORD).status, 303)
        self.signed_in("lan")
        self.server.stop()
        self.assert_whole(self.place)

    def test_every_form_of_it_asks_for_its_own_site(self):
        lan = self.turn_on()
        for path in ("start", "confirm", "recovery-codes", "remove"):
            self.assertEqual(lan.post_form("/account/second-factor/" + path, csrf="x" * 43, code=self.code(), password=PASSWORD).status, 403)
            self.assertEqual(lan.ask("POST", "/api/v1/account/second-factor/" + path, json.dumps({"code": self.code(), "password": PASSWORD})).status, 403)
        browser = self.half()
        for answer in (browser.post_form("/sign-in/code", code=self.code(), back="/"),
                       browser.post_form("/sign-in/code", code=self.code(), back="/", token="x" * 43),
                       browser.ask("POST", "/sign-in/code", urllib.parse.urlencode({"code": self.code(), "token": browser.form_token}),
                                   {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"})):
            self.assertEqual(answer.status, 403, answer)
        # Nothing of it took the code, and no other site is returned to.
        answer = self.give(browser, self.code(), back="//elsewhere.example/")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"), answer)

    def test_the_password_alone_opens_nothing(self):
        self.turn_on()
        thief = self.half()
        secret = thief.cookies["vtlt_code"]
        for cookies in ({"vtlt_code": secret}, {"vtlt_session": secret}, {"vtlt_session": secret, "vtlt_code": secret}):
            thief.cookies = dict(cookies)
            for path in ("/", "/account", "/account/second-factor", "/search?q=x", "/people"):
                answer = thief.get(path)
                self.assertEqual((answer.status, answer.headers["Location"][:8]), (303, "/sign-in"), answer)
            for path in ("/api/v1/documents", "/api/v1/account/second-factor", "/api/v1/users"):
                self.assertEqual(thief.get(path).status, 401)
            self.assertEqual(thief.ask("POST", "/api/v1/account/second-factor/start", "{}").status, 401)
        self.assertEqual(Person(self.server, token=secret).get("/api/v1/search?q=x").status, 401)
        self.assertEqual(thief.ask("GET", "/api/v1/search?q=x", headers={"Authorization": "Basic bGFuOng="}).status, 401)
        # Without a first step there is no second one.
        stranger = Person(self.server)
        self.assertEqual(stranger.get("/sign-in/code").headers["Location"], "/sign-in?late=1")
        self.assertEqual(stranger.post_form("/sign-in/code", code=self.code(), token="").status, 303)
        # What the page says of a wrong password is the same for who has a second factor and who has none.
        strip = lambda answer: re.sub(r'value="(quantri|lan)"', "", answer.text)
        answers = [stranger.post_form("/sign-in", name=name, password="x" * 12, back="/") for name in ("quantri", "lan")]
        self.assertEqual([a.status for a in answers], [422, 422])
        self.assertEqual(strip(answers[0]), strip(answers[1]))

    def test_half_a_sign_in_ends_after_minutes_and_with_the_server(self):
        self.turn_on()
        browser = self.half()
        self.at(1)
        late = self.again(browser)
        late.form_token = browser.form_token
        answer = self.give(late, self.code())
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/sign-in?late=1"))
        self.assertIn("Đăng nhập lại", late.get("/sign-in?late=1").text.replace("Hãy đăng nhập lại", "Đăng nhập lại"))
        self.assertNotIn("vtlt_code", late.cookies)


class Thieves(Factor):
    def test_a_code_works_once(self):
        self.turn_on()
        first, second = self.half(), self.half()
        self.assertEqual(self.give(first, self.code(-1)).status, 422, "the code that turned it on")
        self.assertEqual(self.give(first, self.code()).status, 303)
        self.assertEqual(self.give(second, self.code()).status, 422)
        self.assertEqual(self.give(second, self.recovery[0]).status, 303)
        third = self.half()
        self.assertEqual(self.give(third, self.recovery[0]).status, 422)
        self.assertEqual(self.give(third, self.code(2)).status, 422, "beyond the window")
        self.assertEqual(self.give(third, self.code(1)).status, 303)

    def test_of_many_at_once_one_is_let_in(self):
        self.turn_on()
        for code in (self.code(), self.recovery[2]):
            browsers = [self.half() for _ in range(4)]
            gate = threading.Barrier(len(browsers))
            statuses = []

            def run(browser):
                gate.wait()
                statuses.append(self.give(browser, code).status)

            threads = [threading.Thread(target=run, args=(one,)) for one in browsers]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
            # Who comes after several that were refused has to wait, like anybody: 429.
            self.assertEqual((sorted(statuses)[0], len(statuses)), (303, 4))
            self.assertLessEqual(set(sorted(statuses)[1:]), {422, 429})

    def test_who_guesses_waits_longer_and_longer(self):
        self.turn_on()
        browser = self.half()
        # The right password again and again does not give fresh guesses.
        for _ in range(5):
            self.assertEqual(self.give(self.half(), self.wrong_code()).status, 422)
        self.assertEqual(self.give(browser, self.wrong_code()).status, 429)
        self.assertEqual(self.give(browser, self.code()).status, 429)
        person = Person(self.server)
        self.assertEqual(person.post_form("/sign-in", name="lan", password=PASSWORD, back="/").status, 429)
        refused = [e for e in self.events() if e["action"] == "sign_in.failed"]
        self.assertEqual(len(refused), 5)
        self.assertEqual({e["detail"]["wrong"] for e in refused}, {"code"})
        # Nor does a restart.
        self.at(0)
        self.assertEqual(Person(self.server).post_form("/sign-in", name="lan", password=PASSWORD, back="/").status, 429)
        self.at(1)
        browser = self.half()
        self.assertEqual(self.give(browser, self.wrong_code()).status, 422)
        self.assertEqual(self.give(browser, self.code()).status, 429)
        self.at(5)
        self.assertEqual(self.give(self.half(), self.code()).status, 303)

    def test_a_clock_put_back_brings_no_code_back(self):
        self.turn_on()
        self.assertEqual(self.give(self.half(), self.code()).status, 303)
        used = self.code()
        self.at(-60)
        browser = self.half()
        for code in (used, self.code(), self.code(1)):
            self.assertEqual(self.give(browser, code).status, 422)
        self.assertEqual(self.give(browser, self.recovery[0]).status, 303)
        self.at(60)
        self.assertEqual(self.give(self.half(), self.code()).status, 303)


class Scripts(Factor):
    def test_over_rest_it_is_the_same(self):
        lan = self.signed_in("lan")
        path = "/api/v1/account/second-factor"
        self.assertEqual(lan.get(path).json, {"format_version": 1, "on": False, "since": None, "recovery_codes": 0, "demanded": False})
        self.assertEqual(lan.send_json("POST", path + "/confirm", {"password": PASSWORD, "code": "123456"}).json["code"], "second_factor.not_started")
        lan = self.turn_on()
        state = lan.get(path).json
        self.assertEqual((state["on"], state["recovery_codes"]), (True, 10))
        self.assertEqual(lan.send_json("POST", path + "/start", {}).json["code"], "second_factor.on_already")
        self.assertEqual(lan.send_json("POST", path + "/recovery-codes", {"password": PASSWORD, "code": self.wrong_code()}).json["code"], "second_factor.wrong_code")
        renewed = lan.send_json("POST", path + "/recovery-codes", {"password": PASSWORD, "code": self.code()})
        self.assertEqual((renewed.status, len(renewed.json["recovery_codes"]), renewed.headers["Cache-Control"]), (200, 10, "no-store"))
        self.assertEqual(self.give(self.half(), self.recovery[0]).status, 422, "the codes of before")
        self.assertEqual(lan.send_json("POST", path + "/remove", {"password": "x" * 12, "code": self.code(1)}).json["code"], "password.wrong")
        self.assertEqual(lan.send_json("POST", path + "/remove", {"password": PASSWORD, "code": self.code(1)}).status, 204)
        self.signed_in("lan")

    def test_a_token_is_not_asked_and_changes_nothing_of_it(self):
        answer = self.user("token", "lan", "--title", "Máy", "--scope", "read,write,admin", "--json")
        machine = Person(self.server, token=answer.json()["token"])
        self.turn_on()
        self.assertEqual(machine.get("/api/v1/search?q=x").status, 200)
        for method, path in (("GET", ""), ("POST", "/start"), ("POST", "/confirm"), ("POST", "/recovery-codes"), ("POST", "/remove")):
            answer = machine.ask(method, "/api/v1/account/second-factor" + path, json.dumps({"password": PASSWORD, "code": self.code()}))
            self.assertEqual(answer.status, 403, answer)

    def test_who_must_have_one_is_led_to_it_and_nowhere_else(self):
        token = self.user("token", "lan", "--title", "Máy", "--scope", "read", "--json").json()["token"]
        lan, admin = self.signed_in("lan"), self.signed_in("quantri")
        self.assertEqual(lan.send_json("POST", "/api/v1/second-factor/demand", {"everybody": True}).status, 403)
        self.assertEqual(lan.get("/people/second-factor").status, 403)
        self.assertEqual(admin.send_json("POST", "/api/v1/second-factor/demand", {"roles": ["boss"]}).json["code"], "role.unknown")
        answer = admin.send_json("POST", "/api/v1/second-factor/demand", {"roles": ["clerk", "auditor"]})
        self.assertEqual(answer.json, {"format_version": 1, "everybody": False, "roles": ["clerk", "auditor"]})
        self.assertEqual(self.user("second-factor-policy", "--json").json(), answer.json)
        self.assertEqual(admin.get("/").status, 200)
        for path in ("/", "/account", "/search?q=x", "/intake", "/people", "/jobs"):
            went = lan.get(path)
            self.assertEqual((went.status, went.headers["Location"]), (303, "/account/second-factor"), path)
        for method, path in (("GET", "/api/v1/documents"), ("GET", "/api/v1/search?q=x"), ("POST", "/api/v1/uploads"), ("GET", "/api/v1/users")):
            answer = lan.ask(method, path, "{}", {"X-CSRF-Token": lan.csrf})
            self.assertEqual((answer.status, answer.json["code"]), (403, "second_factor.demanded"), path)
        self.assertEqual(lan.post_form("/account/password", present=PASSWORD, new="n" * 20, again="n" * 20).status, 403)
        self.assertEqual(Person(self.server, token=token).get("/api/v1/search?q=x").status, 200)
        page = lan.get("/account/second-factor")
        self.assertEqual(page.status, 200)
        self.assertNotIn('href="/search"', page.text)
        started = lan.send_json("POST", "/api/v1/account/second-factor/start", {})
        self.secret = started.json["secret"]
        self.assertEqual(lan.post_form("/account/second-factor/confirm", password=PASSWORD, code=self.code()).status, 200)
        self.assertEqual(lan.get("/search?q=x").status, 200)
        # Who turns it off is led back.
        self.assertEqual(lan.post_form("/account/second-factor/remove", password=PASSWORD, code=self.code(1)).status, 303)
        self.assertEqual(lan.get("/search?q=x").headers["Location"], "/account/second-factor")
        self.assertEqual(lan.post_form("/sign-out").headers["Location"], "/sign-in?out=1")
        # By the page, for everybody: who decides is no exception.
        self.assertEqual(admin.post_form("/people/second-factor", everybody="1").status, 303)
        self.assertEqual(admin.get("/people").headers["Location"], "/account/second-factor")
        self.assertEqual(self.user("second-factor-policy", "--nobody").code, 0)
        self.assertEqual(admin.get("/people").status, 200)
        self.server.stop()
        self.assert_whole(self.place)


class Administrators(Factor):
    def test_who_lost_his_phone_is_helped_by_page_rest_and_command(self):
        admin = self.signed_in("quantri")
        uid = self.user("list", "--json").json()["users"]
        uid = {u["name"]: u["id"] for u in uid}
        ways = {
            "page": lambda: admin.post_form(f"/people/{uid['lan']}/second-factor/remove").status == 303,
            "rest": lambda: admin.send_json("POST", "/api/v1/users/lan/second-factor/remove", {}).status == 204,
            "command": lambda: self.user("second-factor", "lan", "--remove", "--json").json()["on"] is False}
        for name, remove in ways.items():
            with self.subTest(name):
                lan = self.turn_on()
                self.assertIn("/second-factor/remove", admin.get("/people/" + uid["lan"]).text)
                self.assertTrue(admin.get("/api/v1/users/lan/second-factor").json["on"])
                self.assertTrue(remove())
                self.assertEqual(lan.get("/").status, 303, "his sessions have ended")
                self.signed_in("lan")
        self.assertEqual(self.user("second-factor", "lan", "--remove").code, 5)
        self.assertEqual(self.user("second-factor", "absent").code, 4)

    def test_others_may_not(self):
        lan = self.turn_on()
        add_person(self, self.place, "thanhtra", "auditor", "tuyet_mat")
        for name, status in (("lan", 403), ("thanhtra", 403)):
            person = lan if name == "lan" else self.signed_in(name)
            self.assertEqual(person.send_json("POST", "/api/v1/users/quantri/second-factor/remove", {}).status, status)
            self.assertEqual(person.send_json("POST", "/api/v1/users/lan/second-factor/remove", {}).status, status)
        self.assertTrue(lan.get("/api/v1/account/second-factor").json["on"])
        admin = self.turn_on("quantri")
        answer = admin.send_json("POST", "/api/v1/users/quantri/second-factor/remove", {})
        self.assertEqual((answer.status, answer.json["code"]), (403, "second_factor.own"))

    def test_everything_is_in_the_history_and_nothing_readable_in_the_home(self):
        self.turn_on()
        self.assertEqual(self.give(self.half(), self.recovery[1]).status, 303)
        self.assertEqual(self.user("second-factor", "lan", "--remove").code, 0)
        actions = [e["action"] for e in self.events()]
        for action in ("second_factor.turned_on", "second_factor.recovery_code_used", "second_factor.removed", "session.opened"):
            self.assertIn(action, actions)
        lan = self.turn_on()
        self.assertTrue(lan.get("/api/v1/account/second-factor").json["on"])
        held = self.every_byte()
        for secret in (self.secret, *self.recovery):
            self.assertNotIn(secret.encode(), held)
        self.assertNotIn(self.secret.encode(), self.server.log_text().encode())

    def test_verify_knows_the_key(self):
        self.turn_on()
        browser = self.half()
        key = self.place / "keys" / "second_factor.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o400)
        kept = key.read_bytes()
        key.unlink()
        self.assertEqual(self.give(browser, self.code()).status, 500)
        self.assertEqual(self.give(browser, self.recovery[0]).status, 303)
        self.server.stop()
        for damage, kind in ((None, "missing"), (b"vtlt-seal-1+AAAA\n", "changed")):
            if damage:
                key.write_bytes(damage)
                key.chmod(0o400)
            answer = vtlt("-C", self.place, "verify", "--json")
            self.assertEqual(answer.code, 7, answer)
            self.assertEqual([(p["kind"], p["path"]) for p in answer.json()["problems"]], [(kind, "keys/second_factor.key")])
        key.unlink()
        key.write_bytes(kept)
        key.chmod(0o444)
        self.assertEqual(vtlt("-C", self.place, "verify", "--json").code, 7)
        key.chmod(0o400)
        self.assert_whole(self.place)


class Idle(Factor):
    def hidden(self, page):
        return {html.unescape(n): html.unescape(v) for n, v in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text.split("<main")[1])}

    def test_who_was_idle_is_told_so_and_comes_back_to_where_he_was(self):
        lan = self.signed_in("lan")
        self.at(29 * 60)
        lan = self.again(lan)
        self.assertEqual(lan.get("/account").status, 200)
        self.at(61 * 60)
        lan = self.again(lan)
        went = lan.get("/search?q=x y")
        self.assertEqual((went.status, went.headers["Location"]), (303, "/sign-in?back=%2Fsearch%3Fq%3Dx%2520y&ended=1"))
        for language, words in (("vi", "quá 30 phút không dùng"), ("en", "30 minutes without use")):
            self.assertIn(words, lan.get(went.headers["Location"] + "&lang=" + language).text)
        self.assertEqual(lan.get("/api/v1/search?q=x").status, 401)
        answer = lan.post_form("/sign-in", name="lan", password=PASSWORD, back="/search?q=x%20y")
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/search?q=x%20y"))

    def test_a_form_that_comes_too_late_is_kept_through_the_sign_in(self):
        admin = self.turn_on("quantri")
        self.at(31 * 60)
        wanted = {"name": "moi", "full_name": "Người \"mới\" <&>", "unit": "CQ", "role": "clerk", "clearance": "open"}
        late = self.again(admin)
        asked = late.post_form("/people", password="bí mật 12345", **wanted)
        self.assertEqual(asked.status, 401)
        kept = self.hidden(asked)
        self.assertEqual(dict(urllib.parse.parse_qsl(kept["kept_fields"])), wanted, "without password and token")
        self.assertEqual(kept["kept_path"], "/people")
        code = late.post_form("/sign-in", **{**kept, "name": "quantri", "password": PASSWORD})
        self.assertEqual(code.status, 200, code)
        kept = self.hidden(code)
        offered = late.post_form("/sign-in/code", **{**kept, "code": self.code()})
        self.assertEqual((offered.status, offered.headers["Cache-Control"]), (200, "no-store"), offered)
        fields = self.hidden(offered)
        self.assertEqual({k: v for k, v in fields.items() if k != "csrf"}, wanted)
        self.assertIn('action="/people"', offered.text)
        made = late.post_form("/people", **fields)
        self.assertEqual(made.status, 200, made)
        self.assertIn("moi", [u["name"] for u in self.user("list", "--json").json()["users"]])

    def test_only_a_form_of_ours_is_kept(self):
        admin = self.signed_in("quantri")
        self.at(31 * 60)
        late = self.again(admin)
        self.assertEqual(late.post_form("/people", csrf="x" * 43, name="moi").status, 303)
        self.assertEqual(late.post_form("/account/password", present=PASSWORD, new="n" * 20, again="n" * 20).status, 303)
        stranger = Person(self.server)
        self.assertEqual(stranger.post_form("/people", csrf=admin.csrf, name="moi").status, 303)
        for path in ("//elsewhere.example/", "https://elsewhere.example/", "/sign-in/code"):
            answer = stranger.post_form("/sign-in", name="quantri", password=PASSWORD, kept_path=path, kept_fields="a=b", back="/")
            self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"))
            stranger = Person(self.server)


if __name__ == "__main__":
    main()
