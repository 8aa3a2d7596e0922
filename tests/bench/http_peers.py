# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that ./dev bench compares, each a context manager with a `port`, and the load on them."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

NGINX = """\
daemon off; master_process on; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
{user}
events {{ worker_connections 8192; }}
http {{
  types {{ text/css css; text/html html; }}
  default_type application/octet-stream; access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; }}
}}
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for_port(port, process):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"{process.args}: exit {process.returncode}") from None
            time.sleep(0.05)
    raise SystemExit(f"{process.args}: no answer")


class Process:
    """A server that runs until the block ends."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.stdin:
            self.process.stdin.close()
        self.process.terminate()
        self.process.wait(30)


class Nginx(Process):
    def __init__(self, folder, root):
        folder.mkdir()
        self.port = free_port()
        # Started by root its workers would be nobody, who may not read our folders.
        user = "user root;" if subprocess.run(["id", "-u"], capture_output=True, text=True).stdout.strip() == "0" else ""
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, root=root, port=self.port, user=user), encoding="utf-8")
        self.process = subprocess.Popen([shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-p", folder, "-c", folder / "nginx.conf"], stdin=subprocess.DEVNULL)
        self.process.stdin = None
        wait_for_port(self.port, self.process)


class FixedPage(Process):
    """vtlt-http-serve: one page, by our server or by Poco as it comes."""

    def __init__(self, program, server, page_bytes):
        self.process = subprocess.Popen([program, "--server", server, "--page-bytes", str(page_bytes), "--workers", "16"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())


class Vtlt(Process):
    """`vtlt serve` over an archive, with a session of a person who may read everything up to a grade."""

    NAME, PASSWORD = "danhgia", "một mật khẩu để đo 42"

    def __init__(self, program, home, log, clearance="tuyet_mat"):
        password = home.parent / f"{home.name}.password"
        password.write_text(self.PASSWORD + "\n", encoding="utf-8")
        # 5: he is there from the group before.
        subprocess.run([program, "-C", home, "--quiet", "user", "add", self.NAME, "--role", "admin,archivist", "--clearance", clearance, "--password-file", password],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process = subprocess.Popen([program, "-C", home, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)/", line)
        if not found:
            raise SystemExit(f"vtlt serve: {line!r}")
        self.port = int(found[1])
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
        from vtlt_server import Person  # noqa: the same client that the system tests have
        self.person = Person(self)
        if self.person.sign_in(self.NAME, self.PASSWORD).status != 303:
            raise SystemExit("vtlt serve: sign-in refused")
        self.cookie = f"vtlt_session={self.person.cookies['vtlt_session']}"

    def memory(self):
        """Resident bytes of its own, no file's pages."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) * 1024


class Load:
    def __init__(self, program):
        self.program = program

    def run(self, mode, port, path, **options):
        command = [self.program, "--mode", mode, "--port", port, "--path", path]
        for name, value in options.items():
            command += ["--" + name, value]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE)
        if done.returncode != 0:
            raise SystemExit(f"{command}: exit {done.returncode}")
        return json.loads(done.stdout)
