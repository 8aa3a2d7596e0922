# SPDX-License-Identifier: GPL-3.0-or-later
"""A running `vtlt serve` and people who talk to it, with the standard library alone."""
import hashlib
import http.client
import json
import os
import re
import signal
import subprocess
import time
import urllib.parse

from vtlt_case import VTLT, vtlt


class Server:
    """`vtlt serve` on a free port of this machine. A context manager: stops it at the end."""

    def __init__(self, home, *arguments):
        self.home = home
        self.log = open(home.parent / f"{home.name}.serve.log", "ab")
        self.process = subprocess.Popen([str(VTLT), "-C", str(home), "serve", "--listen", "127.0.0.1:0", *arguments],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        found = re.match(r"https?://127\.0\.0\.1:(\d+)/$", line.strip())
        if not found:
            self.process.wait(10)
            raise AssertionError(f"the server did not start: {line!r} {self.log_text()[-2000:]}")
        self.port = int(found[1])

    def log_text(self):
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def stop(self):
        """Asks it to end; answers how long that took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        return time.monotonic() - started

    def kill(self):
        self.process.kill()
        self.process.wait(30)
        self.process.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Person:
    """A browser without script, or a program: one cookie, one connection; under TLS with a `context` of ssl."""

    def __init__(self, server, token=None, context=None):
        self.server = server
        self.connection = (http.client.HTTPSConnection("127.0.0.1", server.port, timeout=60, context=context) if context
                           else http.client.HTTPConnection("127.0.0.1", server.port, timeout=60))
        self.cookies = {}
        self.csrf = ""
        self.token = token

    def ask(self, method, path, body=None, headers=None):
        all_headers = dict(headers or {})
        if self.cookies:
            all_headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if self.token:
            all_headers["Authorization"] = "Bearer " + self.token
        if isinstance(body, str):
            body = body.encode("utf-8")
        path = urllib.parse.quote(path, safe="/?&=%:+#*")
        try:
            self.connection.request(method, path, body, all_headers)
            response = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # As every browser does: a connection that lay idle may have been closed meanwhile.
            if method != "GET":
                raise
            self.connection.close()
            self.connection.request(method, path, body, all_headers)
            response = self.connection.getresponse()
        answer = Answer(response)
        for line in response.headers.get_all("Set-Cookie", []):
            name, value = line.split(";")[0].split("=", 1)
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post_form(self, path, **fields):
        fields.setdefault("csrf", self.csrf)
        return self.ask("POST", path, urllib.parse.urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def post_files(self, path, files, **fields):
        """multipart/form-data as a browser sends it: fields first."""
        fields = {"csrf": self.csrf, **fields}
        edge = "----vtlt" + hashlib.sha256(os.urandom(8)).hexdigest()[:16]
        body = b""
        for name, value in fields.items():
            body += f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, content in files:
            body += f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + content + b"\r\n"
        body += f"--{edge}--\r\n".encode()
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def send_json(self, method, path, value, **headers):
        all_headers = {"Content-Type": "application/json", "X-CSRF-Token": self.csrf}
        all_headers.update({k.replace("_", "-"): v for k, v in headers.items()})
        return self.ask(method, path, json.dumps(value), all_headers)

    def sign_in(self, name, password):
        answer = self.post_form("/sign-in", name=name, password=password, back="/")
        if answer.status == 303:
            page = self.get("/account")
            if page.status != 200:  # a machine has no account page
                page = self.get("/jobs")
            self.csrf = re.search(r'name="csrf" content="([^"]+)"', page.text)[1]
        return answer

    def upload(self, name, content, chunk=None, keep=False, **wanted):
        """By the API, in pieces; answers the last answer."""
        made = self.send_json("POST", "/api/v1/uploads", {"name": name, "size": len(content), **wanted})
        if made.status not in (200, 201):
            return made
        url = "/api/v1/uploads/" + made.json["id"]
        chunk = chunk or max(len(content), 1)
        for offset in range(0, len(content), chunk):
            put = self.ask("PUT", f"{url}?offset={offset}", content[offset:offset + chunk], {"X-CSRF-Token": self.csrf})
            if put.status != 200:
                return put
        return self.send_json("POST", url + "/complete", {"sha256": hashlib.sha256(content).hexdigest(), "duplicate": "keep" if keep else "ask"})

    def wait_for_job(self, uid, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            job = self.get("/api/v1/jobs/" + uid).json
            if job["outcome"]:
                return job
            time.sleep(0.05)
        raise AssertionError(f"job {uid} did not end: {job}")

    def wait_for(self, condition, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError("waited in vain")


PASSWORD = "một mật khẩu đủ dài 42"


def add_person(case, home, name, role, clearance="tuyet_mat", password=PASSWORD, unit="CQ"):
    file = case.folder / f"{name}.password"
    file.write_text(password + "\n", encoding="utf-8")
    answer = vtlt("-C", home, "user", "add", name, "--unit", unit, "--role", role, "--clearance", clearance, "--password-file", file)
    case.assertEqual(answer.code, 0, answer)
    return password
