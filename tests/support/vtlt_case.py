# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the built `vtlt` as its users do. Standard library only."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ.get("VTLT_BUILD", "build/release")).resolve()
SOURCE = pathlib.Path(os.environ.get("VTLT_SOURCE", ".")).resolve()
DATA = pathlib.Path(os.environ.get("VTLT_SHARED_DATA", "../shared/data")).resolve()
VTLT = BUILD / "bin" / "vtlt"
SHIM = BUILD / "lib" / "vtlt_shim.so"
ALL = os.environ.get("VTLT_TEST_ALL", "0") == "1"
SHIFT = int(os.environ.get("VTLT_TEST_SHIFT", "0"))


class Answer:
    """What one command said."""

    def __init__(self, code, out, err):
        self.code = code
        self.raw = out
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")

    def lines(self):
        """JSON Lines of stdout; a line torn by a kill is left out."""
        found = []
        for line in self.out.split("\n")[:-1]:
            if line:
                found.append(json.loads(line))
        return found

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out[-2000:]}\nstderr: {self.err[-2000:]}"


def vtlt(*arguments, home=None, env=None, timeout=600, input=None, program=VTLT):
    command = [str(program)]
    if home is not None:
        command += ["-C", str(home)]
    command += [str(a) if not isinstance(a, bytes) else a for a in arguments]
    environment = dict(os.environ)
    environment.pop("VTLT_HOME", None)
    environment.update(env or {})
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, timeout=timeout, input=input)
    return Answer(done.returncode, done.stdout, done.stderr)


class VtltCase(unittest.TestCase):
    """Each case has its own folder; `home()` makes an archive in it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vtlt-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def home(self, name="home", *flags):
        place = self.folder / name
        answer = vtlt("init", place, *flags)
        self.assertEqual(answer.code, 0, answer)
        return place

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    def ingest(self, home, *arguments, code=None, env=None):
        answer = vtlt("ingest", *arguments, "--json", home=home, env=env)
        if code is not None:
            self.assertEqual(answer.code, code, answer)
        return answer

    def outcomes(self, answer):
        return {line["source_path"]: (line["outcome"], line["cause"]) for line in answer.lines() if "source_path" in line}

    def summary(self, answer):
        return answer.lines()[-1]["summary"]

    def search(self, home, query, *flags):
        answer = vtlt("search", query, "--json", *flags, home=home)
        self.assertEqual(answer.code, 0, answer)
        return answer.json()

    def assert_whole(self, home):
        answer = vtlt("verify", "--json", home=home)
        self.assertEqual(answer.code, 0, answer)
        self.assertTrue(answer.json()["ok"], answer)

    def need(self, name):
        path = DATA / name
        if not path.exists():
            self.skipTest(f"skipped: {name} is not on this machine")
        return path

    def unpack(self, archive, name):
        """Unpacks one of the .tar.zst of the real material; our own folder, never the material's."""
        place = self.folder / name
        place.mkdir(parents=True)
        with subprocess.Popen(["zstd", "-dc", "--long=27", str(archive)], stdout=subprocess.PIPE) as unzstd:
            subprocess.run(["tar", "xf", "-", "-C", str(place)], stdin=unzstd.stdout, check=True)
        return place


def main():
    unittest.main(verbosity=2, warnings="ignore")
