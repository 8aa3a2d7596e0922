# SPDX-License-Identifier: GPL-3.0-or-later
"""People and tokens at the command line: who may do what, and that no secret stands where it should not."""
import json
import os
import pty
import re
import select
import subprocess
import time

from vtlt_case import VTLT, VtltCase, main, vtlt

PASSWORD = "ngựa xanh đi chợ"
NEXT = "trâu vàng qua cầu"


class Users(VtltCase):
    def setUp(self):
        super().setUp()
        self.place = self.home()
        self.password = self.write("password", PASSWORD + "\nnot this line\n")

    def vtlt(self, *arguments, **more):
        return vtlt(*arguments, home=self.place, **more)

    def add(self, name, role="officer", *more):
        answer = self.vtlt("user", "add", name, "--role", role, "--no-password", "--json", *more)
        self.assertEqual(answer.code, 0, answer)
        return answer.json()

    def token(self, name, *scopes, more=()):
        answer = self.vtlt("user", "token", name, "--title", "Thử", *[f"--scope={s}" for s in scopes], *more, "--json")
        self.assertEqual(answer.code, 0, answer)
        path = self.write(f"token-{name}-{'-'.join(scopes)}", answer.json()["token"] + "\n")
        path.chmod(0o600)
        return path, answer.json()

    def refused(self, answer, exit_code, code):
        self.assertEqual((answer.code, answer.out), (exit_code, ""), answer)
        self.assertEqual(json.loads(answer.err)["code"], code, answer)

    def every_byte(self):
        return b"".join(p.read_bytes() for p in self.place.rglob("*") if p.is_file())


class People(Users):
    def test_a_person_is_added_listed_changed_disabled_and_enabled(self):
        self.assertEqual(self.vtlt("unit", "add", "TCCB", "--title", "Phòng Tổ chức").code, 0)
        answer = self.vtlt("user", "add", "Lân", "--unit", "TCCB", "--role", "clerk", "--clearance", "mat", "--full-name", "Nguyễn Thị Lân",
                           "--password-file", self.password, "--json")
        self.assertEqual(answer.code, 0, answer)
        made = answer.json()
        self.assertRegex(made.pop("id"), r"^[0-9A-HJKMNP-TV-Z]{20}$")
        roles = made.pop("roles")
        self.assertEqual([(r["role"], r["unit"], r["with_sub_units"], r["confirmed_at"]) for r in roles], [("clerk", "TCCB", True, None)])
        self.assertEqual(made, {"format_version": 1, "name": "Lân", "full_name": "Nguyễn Thị Lân", "unit": "TCCB", "role": "clerk", "clearance": "mat",
                                "disabled": False, "door": "password", "has_password": True, "signed_in_at": None, "signed_in_from": None, "failures": 0})
        self.add("an")
        self.assertEqual([u["name"] for u in self.vtlt("user", "list", "--json").json()["users"]], ["an", "Lân"])
        changed = self.vtlt("user", "change", "lan", "--role", "leader", "--clearance", "toi_mat", "--unit", "CQ", "--json").json()
        self.assertEqual((changed["role"], changed["clearance"], changed["unit"]), ("leader", "toi_mat", "CQ"))
        self.assertTrue(self.vtlt("user", "disable", "lan", "--json").json()["disabled"])
        self.assertIn("đã khóa", self.vtlt("user", "list").out)
        self.assertFalse(self.vtlt("user", "enable", "LAN", "--json").json()["disabled"])
        self.assert_whole(self.place)
        self.assertTrue(self.vtlt("audit", "verify", "--json").json()["ok"])

    def test_passwords_come_from_a_file_or_stdin_and_are_kept_nowhere(self):
        self.assertEqual(self.vtlt("user", "add", "lan", "--role", "clerk", "--json", input=(PASSWORD + "\r\n").encode()).code, 0)
        self.assertEqual(self.vtlt("user", "passwd", "lan", input=NEXT.encode()).code, 0)
        self.assertEqual(self.vtlt("user", "passwd", "lan", "--password-file", self.password).code, 0)
        self.assertEqual(self.vtlt("user", "passwd", "lan", "--password-file", "-", input=NEXT.encode()).code, 0)
        for password in (PASSWORD, NEXT):
            self.assertNotIn(password.encode(), self.every_byte())
        self.assertEqual(self.vtlt("user", "passwd", "lan", "--password", "x").code, 2)
        self.refused(self.vtlt("user", "passwd", "lan", "--json", input=b""), 2, "password.missing")
        self.refused(self.vtlt("user", "passwd", "lan", "--json", input=b"ngan\n"), 2, "password.too_short")
        self.refused(self.vtlt("user", "passwd", "lan", "--json", input="Matkhau@2024".encode()), 2, "password.common")
        self.refused(self.vtlt("user", "passwd", "lan", "--json", "--password-file", self.folder / "none"), 4, "password.file_not_found")
        self.refused(self.vtlt("user", "passwd", "absent", "--json", input=PASSWORD.encode()), 4, "account.not_found")

    def test_what_cannot_be_is_named(self):
        self.add("lan")
        for arguments, exit_code, code in (
                (["add", "LÀN", "--role", "clerk", "--no-password"], 5, "account.exists"),
                (["add", "la n", "--role", "clerk", "--no-password"], 2, "account.bad_name"),
                (["add", "hai", "--role", "boss", "--no-password"], 2, "role.unknown"),
                (["add", "hai", "--role", "clerk", "--clearance", "high", "--no-password"], 2, "secrecy.unknown"),
                (["add", "hai", "--role", "clerk", "--unit", "X", "--no-password"], 4, "unit.not_found"),
                (["add", "hai", "--role", "clerk", "--no-password", "--password-file", "x"], 2, "cli.usage"),
                (["add", "hai", "--no-password"], 2, "cli.usage"),
                (["disable", "absent"], 4, "account.not_found"),
                (["token", "lan", "--title", "T", "--scope", "everything"], 2, "scope.unknown"),
                (["token", "lan", "--title", "T", "--scope", "account"], 2, "scope.unknown"),
                (["token", "lan", "--title", "T", "--expires-on", "soon"], 2, "date.not_a_day"),
                (["token", "lan", "--title", "T", "--expires-on", "1/1/2020"], 2, "token.expired_already"),
                (["token", "lan", "--title", " "], 2, "title.blank"),
                (["revoke", "0123456789ABCDEFGHJK"], 4, "token.not_found"),
                (["ad"], 2, "cli.usage")):
            self.refused(self.vtlt("user", *arguments, "--json"), exit_code, code)
        self.add("quantri", "admin")
        self.refused(self.vtlt("user", "disable", "quantri", "--json"), 5, "account.last_admin")
        self.refused(self.vtlt("user", "change", "quantri", "--role", "clerk", "--json"), 5, "account.last_admin")

    def test_a_terminal_is_asked_twice_and_shows_nothing(self):
        self.add("lan")
        for second, exit_code in ((NEXT, 2), (PASSWORD, 0)):
            shown, code = self.type_into(["user", "passwd", "lan"], [PASSWORD, second])
            self.assertEqual(code, exit_code, shown)
            self.assertIn("Mật khẩu:", shown)
            self.assertNotIn(PASSWORD, shown)
            self.assertNotIn(NEXT, shown)

    def type_into(self, arguments, lines):
        """Runs on a terminal of its own; each line is typed when the program has asked."""
        master, slave = pty.openpty()
        with subprocess.Popen([str(VTLT), "-C", str(self.place), *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True) as program:
            os.close(slave)
            shown = b""
            asked = 0
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                if select.select([master], [], [], 0.2)[0]:
                    try:
                        part = os.read(master, 4096)
                    except OSError:
                        break
                    if not part:
                        break
                    shown += part
                elif asked < len(lines) and shown.decode("utf-8", "replace").count("khẩu:") > asked:
                    os.write(master, (lines[asked] + "\n").encode())
                    asked += 1
            program.wait(60)
        os.close(master)
        return shown.decode("utf-8", "replace"), program.returncode


class Tokens(Users):
    def test_a_token_is_shown_once_and_kept_as_a_digest(self):
        self.add("lan", "clerk")
        answer = self.vtlt("user", "token", "lan", "--title", "Máy quét", "--scope", "read,write", "--scope", "export")
        self.assertRegex(answer.out, r"^vtlt_[0-9a-f]{64}\n$")
        self.assertNotIn("vtlt_", answer.err)
        secret = answer.out.strip()
        self.assertNotIn(secret.encode(), self.every_byte())
        self.assertNotIn(secret[5:].encode(), self.every_byte())
        listed = self.vtlt("user", "tokens", "lan", "--json")
        self.assertNotIn("vtlt_", listed.out)
        (token,) = listed.json()["tokens"]
        self.assertEqual((token["title"], token["scopes"], token["expires_on"], token["revoked_at"]), ("Máy quét", ["read", "write", "export"], None, None))
        self.assertEqual(self.vtlt("user", "revoke", token["id"]).code, 0)
        self.refused(self.vtlt("user", "revoke", token["id"], "--json"), 5, "token.revoked_already")
        self.assertIsNotNone(self.vtlt("user", "tokens", "lan", "--json").json()["tokens"][0]["revoked_at"])
        self.assert_whole(self.place)

    def test_a_token_acts_as_its_person_with_less(self):
        self.add("lan", "clerk")
        self.add("quantri", "admin", "--clearance", "mat")
        reading, _ = self.token("lan", "read")
        writing, _ = self.token("lan", "read", "write")
        admin, _ = self.token("quantri", "admin")
        note = self.write("note.txt", "Ghi chép về kho lưu trữ")
        secret = self.write("secret.txt", "Ghi chép mật về kho lưu trữ")
        self.ingest(self.place, secret, "--secrecy", "mat", code=0)
        self.refused(self.vtlt("ingest", note, "--json", "--token-file", reading), 6, "auth.forbidden")
        self.assertEqual(self.vtlt("ingest", note, "--json", "--token-file", writing).code, 0)
        self.refused(self.vtlt("ingest", note, "--secrecy", "mat", "--json", "--token-file", writing), 6, "auth.forbidden")
        self.assertEqual(self.search(self.place, "kho lưu trữ", "--token-file", reading)["total"], 1)
        self.assertEqual(self.search(self.place, "kho lưu trữ")["total"], 2)
        hidden = next(h["id"] for h in self.search(self.place, "secret mật")["hits"])
        missing = self.vtlt("show", "0123456789ABCDEFGHJK", "--json", "--token-file", reading)
        self.refused(missing, 4, "document.not_found")
        self.assertEqual(self.vtlt("show", hidden, "--json", "--token-file", reading).err.replace(hidden, "X"), missing.err.replace("0123456789ABCDEFGHJK", "X"))
        for command in (["verify"], ["audit", "verify"], ["user", "list"], ["user", "tokens", "lan"], ["index", "stats"],
                        ["unit", "add", "X", "--title", "X"], ["user", "token", "lan", "--title", "T"], ["user", "disable", "quantri"],
                        ["export", "--query", "kho", "--to", self.folder / "out.zip"]):
            self.refused(self.vtlt(*command, "--json", "--token-file", writing), 6, "auth.forbidden")
        self.refused(self.vtlt("search", "kho", "--as", "quantri", "--json", "--token-file", reading), 6, "search.as_is_for_operators")
        self.assertEqual(self.vtlt("user", "add", "hai", "--role", "clerk", "--no-password", "--token-file", admin).code, 0)
        self.refused(self.vtlt("user", "add", "ba", "--role", "clerk", "--clearance", "toi_mat", "--no-password", "--json", "--token-file", admin), 6, "auth.forbidden")
        leaves = self.leaves()
        people = {u["name"]: u["id"] for u in self.vtlt("user", "list", "--json").json()["users"]}
        self.assertEqual([leaf["actor"] for leaf in leaves if leaf["object"] == people["hai"]], [people["quantri"]])
        self.assertIn(people["lan"], [leaf["actor"] for leaf in leaves if leaf["action"] == "document.registered"])
        self.assert_whole(self.place)

    def leaves(self):
        import sqlite3
        with sqlite3.connect(f"file:{self.place / 'catalog.db'}?mode=ro", uri=True) as catalogue:
            return [json.loads(row[0]) for row in catalogue.execute("SELECT leaf FROM audit_leaf ORDER BY seq")]

    def test_who_may_no_longer_do_it_does_not_do_a_job_again(self):
        self.add("lan", "clerk")
        token, _ = self.token("lan", "read", "write")
        self.assertEqual(self.vtlt("ingest", self.write("rong.txt", ""), "--token-file", token).code, 3)
        job = self.vtlt("job", "list", "--json").json()["jobs"][0]["id"]
        self.assertEqual(self.vtlt("user", "change", "lan", "--role", "officer").code, 0)
        self.refused(self.vtlt("job", "retry", job, "--json", "--token-file", token), 6, "auth.forbidden")
        self.assertEqual([j["id"] for j in self.vtlt("job", "list", "--json").json()["jobs"]], [job])
        self.assert_whole(self.place)

    def test_the_roles_are_called_as_the_archive_chose(self):
        self.add("lan", "officer")
        self.add("quantri", "admin")
        admin, _ = self.token("quantri", "read", "admin")
        reading, _ = self.token("lan", "read")
        self.assertIn("Chuyên viên", self.vtlt("user", "list").out)
        self.refused(self.vtlt("user", "role-labels", "army", "--json", "--token-file", reading), 6, "auth.forbidden")
        self.refused(self.vtlt("user", "role-labels", "navy", "--json"), 2, "role_labels.unknown")
        chosen = self.vtlt("user", "role-labels", "army", "--json", "--token-file", admin).json()
        self.assertEqual((chosen["set"], [one["set"] for one in chosen["sets"]]), ("army", ["civil", "army"]))
        self.assertEqual(self.vtlt("user", "role-labels", "--json", "--token-file", reading).json(), chosen)
        self.assertIn("Trợ lý", self.vtlt("user", "list").out)
        self.assertNotIn("Chuyên viên", self.vtlt("user", "list").out + self.vtlt("rights", "list", "lan").out)
        self.assertIn("Staff officer", self.vtlt("user", "list", "--lang", "en").out)
        self.assertEqual([leaf["action"] for leaf in self.leaves() if leaf["object"] == "role_labels"], ["role_labels.chosen"])
        self.assert_whole(self.place)
        subprocess.run(["sqlite3", str(self.place / "catalog.db"), "UPDATE setting SET value = 'civil' WHERE name = 'role_labels'"], check=True)
        self.assertEqual(self.vtlt("verify").code, 7)

    def test_no_token_does_what_is_for_the_operator_of_the_machine(self):
        self.add("quantri", "admin,archivist")
        token, _ = self.token("quantri", "read", "write", "export", "verify", "admin")
        self.refused(self.vtlt("serve", "--listen", "127.0.0.1:0", "--json", "--token-file", token), 6, "command.for_operators")

    def test_a_first_administrator_does_the_whole_main_job(self):
        self.add("quantri", "admin,archivist", "--clearance", "tuyet_mat")
        token, _ = self.token("quantri", "read", "write", "export", "verify", "admin")
        act = lambda *arguments: self.vtlt(*arguments, "--json", "--token-file", token)
        note = self.write("note.txt", "Ghi chép về kho lưu trữ")
        for command in (["unit", "add", "TCCB", "--title", "Phòng"], ["dossier", "new", "01", "--title", "Hồ sơ", "--unit", "TCCB", "--year", "2022"],
                        ["ingest", note, "--dossier", "TCCB/2022/01"], ["search", "kho"], ["dossier", "show", "01"], ["dossier", "list"],
                        ["export", "--query", "kho", "--to", self.folder / "out.zip"], ["verify"], ["audit", "verify"], ["index", "rebuild"],
                        ["user", "list"]):
            answer = act(*command)
            self.assertEqual(answer.code, 0, (command, answer))
        self.assertEqual(act("cat", act("search", "kho").json()["hits"][0]["id"]).out, "Ghi chép về kho lưu trữ")

    def test_a_token_that_is_not_accepted_lets_nobody_in(self):
        self.add("lan", "clerk")
        token, made = self.token("lan", "read")
        self.assertEqual(self.vtlt("unit", "list", "--token-file", token).code, 0)
        token.chmod(0o640)
        self.refused(self.vtlt("unit", "list", "--json", "--token-file", token), 6, "token.file_mode")
        token.chmod(0o604)
        self.refused(self.vtlt("unit", "list", "--json", "--token-file", token), 6, "token.file_mode")
        token.chmod(0o400)
        self.assertEqual(self.vtlt("--token-file", token, "unit", "list").code, 0)
        self.refused(self.vtlt("unit", "list", "--json", "--token-file", self.folder / "none"), 4, "token.file_not_found")
        for content in ("", "vtlt_", "vtlt_" + "0" * 64, made["id"], made["token"][:-1], made["token"][5:]):
            wrong = self.write("wrong", content)
            wrong.chmod(0o600)
            for command in (["unit", "list"], ["show", "1/X"], ["doctor"], ["init", self.folder / "new"]):
                answer = self.vtlt(*command, "--json", "--token-file", wrong)
                self.refused(answer, 6, "token.refused")
                if content:
                    self.assertNotIn(content, answer.err)
        self.refused(self.vtlt("init", self.folder / "new", "--json", "--token-file", token), 2, "token.not_for_init")
        self.assertEqual(self.vtlt("user", "disable", "lan").code, 0)
        self.refused(self.vtlt("unit", "list", "--json", "--token-file", token), 6, "token.refused")
        self.assertEqual(self.vtlt("user", "enable", "lan").code, 0)
        self.refused(self.vtlt("unit", "list", "--json", "--token-file", token), 6, "token.refused")

    def test_now_wakes_no_expired_token(self):
        self.add("lan", "clerk")
        self.place = self.home("clocked", "--test-clock")
        self.assertEqual(self.vtlt("user", "add", "lan", "--role", "clerk", "--no-password", "--now", "2022-01-01").code, 0)
        token, _ = self.token("lan", "read", more=("--expires-on", "2022-01-31", "--now", "2022-01-01"))
        self.assertEqual(self.vtlt("unit", "list", "--token-file", token, "--now", "2022-01-31T23:00:00+07:00").code, 0)
        self.refused(self.vtlt("unit", "list", "--json", "--token-file", token, "--now", "2022-02-01"), 6, "token.refused")
        config = json.loads((self.place / "config.json").read_text())
        config["test_clock"] = False
        (self.place / "config.json").write_text(json.dumps(config))
        self.refused(self.vtlt("unit", "list", "--json", "--token-file", token, "--now", "2022-01-15"), 6, "token.refused")


class Eyes(Users):
    def test_the_operator_searches_as_somebody_else(self):
        self.add("lan", "clerk")
        self.add("bay", "leader", "--clearance", "toi_mat")
        for name, secrecy in (("a", "open"), ("b", "mat"), ("c", "tuyet_mat")):
            self.ingest(self.place, self.write(f"{name}.txt", f"Kho lưu trữ {name}"), "--secrecy", secrecy, code=0)
        for eyes, total in ((["--as", "lan"], 1), (["--as", "BẢY"], 2), ([], 3)):
            answer = self.search(self.place, "kho lưu trữ", *eyes)
            self.assertEqual((answer["total"], len(answer["hits"])), (total, total))
        batch = self.write("queries", "kho\nlưu trữ\n")
        answer = self.vtlt("search", "--batch", batch, "--json", "--as", "lan")
        self.assertEqual([line["total"] for line in answer.lines()], [1, 1])
        self.refused(self.vtlt("search", "kho", "--as", "absent", "--json"), 4, "account.not_found")
        self.assertEqual(self.vtlt("user", "disable", "lan").code, 0)
        self.refused(self.vtlt("search", "kho", "--as", "lan", "--json"), 5, "account.disabled")


class Init(VtltCase):
    def test_a_demo_archive_has_an_administrator_with_a_password_of_its_own_told_once(self):
        passwords = set()
        for name in ("one", "two"):
            answer = vtlt("init", self.folder / name, "--demo", "--demo-count", "3", "--json")
            self.assertEqual(answer.code, 0, answer)
            administrator = answer.json()["administrator"]
            self.assertEqual(administrator["name"], "quantri")
            self.assertRegex(administrator["password"], r"^[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){3}$")
            self.assertEqual((answer.out + answer.err).count(administrator["password"]), 1)
            passwords.add(administrator["password"])
            whole = b"".join(p.read_bytes() for p in (self.folder / name).rglob("*") if p.is_file())
            self.assertNotIn(administrator["password"].encode(), whole)
            (user,) = vtlt("user", "list", "--json", home=self.folder / name).json()["users"]
            self.assertEqual((user["name"], user["role"], user["clearance"], user["has_password"]), ("quantri", "admin", "tuyet_mat", True))
            self.assert_whole(self.folder / name)
        self.assertEqual(len(passwords), 2)
        answer = vtlt("init", self.folder / "three", "--demo", "--demo-count", "1", "--quiet")
        self.assertRegex(answer.err, r"quantri.*([0-9a-z]{5}-){3}[0-9a-z]{5}")
        self.assertEqual(answer.out, "")

    def test_without_demo_there_is_nobody_and_init_says_how_to_begin(self):
        answer = vtlt("init", self.folder / "home")
        self.assertRegex(answer.err, re.compile("user add TÊN --role admin"))
        self.assertEqual(vtlt("user", "list", "--json", home=self.folder / "home").json(), {"format_version": 1, "users": []})
        self.assertIsNone(vtlt("init", self.folder / "other", "--json").json()["administrator"])


if __name__ == "__main__":
    main()
