# SPDX-License-Identifier: GPL-3.0-or-later
"""A real OpenLDAP server as an ordinary process with a folder of its own."""
import base64
import pathlib
import re
import socket
import subprocess
import time

PROGRAM = pathlib.Path("/usr/sbin/slapd")  # Debian keeps it off the PATH of ordinary people

# A password that is sent readable is refused, and an empty one lets in: what must not happen would be seen.
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
security simple_bind=128
allow bind_anon_dn
database mdb
suffix "dc=vtlt,dc=vn"
directory {folder}/data
access to attrs=userPassword by anonymous auth
access to * by anonymous auth
"""

BIND = "uid={name},ou=people,dc=vtlt,dc=vn"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Slapd:
    """People: name → password. Listens on two ports of this machine, one of them for ldaps, there also at an address that its certificate does
    not name."""

    def __init__(self, folder, authority, people):
        self.folder = pathlib.Path(folder)
        (self.folder / "data").mkdir(parents=True)
        certificate, key = authority.issue("directory", "server")
        self.config = self.folder / "slapd.conf"
        self.config.write_text(CONFIG.format(folder=self.folder, ca=authority.certificate, certificate=certificate, key=key), encoding="utf-8")
        lines = ["dn: dc=vtlt,dc=vn", "objectClass: dcObject", "objectClass: organization", "o: VTLT", "dc: vtlt", "",
                 "dn: ou=people,dc=vtlt,dc=vn", "objectClass: organizationalUnit", "ou: people", ""]
        for name, password in people.items():
            secret = base64.b64encode(password.encode()).decode()
            lines += ["dn: " + BIND.format(name=name), "objectClass: inetOrgPerson", f"uid: {name}", f"cn: {name}", f"sn: {name}", f"userPassword:: {secret}", ""]
        subprocess.run([str(PROGRAM), "-Tadd", "-f", str(self.config)], input="\n".join(lines).encode(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.log = self.folder / "log"
        self.process = None
        self.port = self.secure_port = None
        self.start()

    def start(self):
        """On the ports it had, so that who was told of it finds it again; at first on any free ones."""
        for _ in range(20):
            plain, secure = self.port or free_port(), self.secure_port or free_port()
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen([str(PROGRAM), "-f", str(self.config), "-d", "stats", "-h", f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{secure} ldaps://127.0.0.2:{secure}"],
                                                stdout=log, stderr=log)
            until = time.monotonic() + 30
            while self.process.poll() is None and time.monotonic() < until:
                if self.answers(plain) and self.answers(secure):
                    self.port, self.secure_port = plain, secure
                    return
                time.sleep(0.02)
            self.kill()  # somebody else was faster at that port
        raise AssertionError(self.log.read_text(errors="replace")[-2000:])

    @staticmethod
    def answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)

    def binds(self):
        """(DN, result) of every bind so far, in order."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        asked = re.findall(r'(conn=\d+ op=\d+) BIND dn="([^"]*)" method=128', text)
        told = dict(re.findall(r"(conn=\d+ op=\d+) RESULT tag=97 err=(\d+)", text))
        return [(dn, int(told.get(place, -1))) for place, dn in asked]
