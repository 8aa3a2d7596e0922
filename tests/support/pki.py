# SPDX-License-Identifier: GPL-3.0-or-later
"""A certification authority for a test, by the program openssl."""
import datetime
import pathlib
import subprocess

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
[ca]
default_ca = own
[own]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
default_days = 2
default_crl_days = 2
[any]
commonName = supplied
[v3_ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1,DNS:localhost
[client]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = clientAuth
"""


class Authority:
    """Folder `folder`: ca.pem, and for each name of issue() NAME.pem and NAME.key."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        (self.folder / "openssl.cnf").write_text(CONFIG, encoding="ascii")
        (self.folder / "index.txt").touch()
        for counter in ("serial", "crlnumber"):
            (self.folder / counter).write_text("01\n", encoding="ascii")
        self.run("req", "-x509", *self.new_key("ca"), "-out", "ca.pem", "-subj", f"/CN={name}", "-days", "2", "-extensions", "v3_ca")
        self.certificate = self.folder / "ca.pem"

    def run(self, command, *arguments):
        done = subprocess.run(["openssl", command, "-config", "openssl.cnf", *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise AssertionError(done.stdout.decode(errors="replace"))

    @staticmethod
    def new_key(name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key"]

    def issue(self, name, usage="client", days=(-1, 1)):
        """Good from `days[0]` to `days[1]` days from now. Answers the two files."""
        now = datetime.datetime.now(datetime.timezone.utc)
        begin, end = ((now + datetime.timedelta(days=day)).strftime("%Y%m%d%H%M%SZ") for day in days)
        self.run("req", "-new", *self.new_key(name), "-out", name + ".csr", "-subj", f"/CN={name}")
        self.run("ca", "-batch", "-in", name + ".csr", "-out", name + ".pem", "-notext", "-startdate", begin, "-enddate", end, "-extensions", usage)
        return self.folder / (name + ".pem"), self.folder / (name + ".key")

    def revoke(self, *names):
        """The list of what is revoked, with these on it."""
        for name in names:
            self.run("ca", "-revoke", name + ".pem")
        self.run("ca", "-gencrl", "-out", "crl.pem")
        return self.folder / "crl.pem"
