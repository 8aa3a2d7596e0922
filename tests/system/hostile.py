# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile files: only the file itself suffers, nothing escapes, everything is listed with its cause."""
import io
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

from vtlt_case import BUILD, DATA, VTLT, VtltCase, main, vtlt

SMALL = 700 << 20


def peak_of(home, *arguments):
    """Exit code and the largest resident size of vtlt and everything it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    answer = vtlt("ingest", *arguments, "--json", home=home)
    return answer, max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024


class Containers(VtltCase):
    def test_names_that_lead_outside_are_refused(self):
        home = self.home()
        names = ["../../x.txt", "/abs.txt", "C:\\windows.txt", "a/../../b.txt", "..\\..\\c.txt"]
        with zipfile.ZipFile(self.folder / "slip.zip", "w") as z:
            for name in names:
                z.writestr(zipfile.ZipInfo(name), "ra ngoài " + name)
            z.writestr("tốt.txt", "ở trong")
        outcomes = self.outcomes(self.ingest(home, self.folder / "slip.zip", code=3))
        self.assertEqual(sorted(o for o, _ in outcomes.values()), ["accepted"] + ["failed"] * 5)
        self.assertEqual({c for o, c in outcomes.values() if o == "failed"}, {"unsafe_name"})
        self.assert_whole(home)

    def test_links_and_devices_in_a_tar(self):
        home = self.home()
        with tarfile.open(self.folder / "t.tar", "w") as t:
            for name, kind, target in (("l", tarfile.SYMTYPE, "/etc/passwd"), ("h", tarfile.LNKTYPE, "l"), ("c", tarfile.CHRTYPE, ""),
                                       ("p", tarfile.FIFOTYPE, "")):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, target
                t.addfile(info)
            info = tarfile.TarInfo("tệp.txt")
            info.size = 8
            t.addfile(info, io.BytesIO("văn thư".encode()[:8]))
        outcomes = self.outcomes(self.ingest(home, self.folder / "t.tar", code=3))
        self.assertEqual({n: outcomes[f"t.tar/{n}"] for n in "lhcp"}, {n: ("failed", "special_file") for n in "lhcp"})

    def test_strange_names_are_kept_and_harmless(self):
        home = self.home()
        names = ["ngược\u202etxt.exe", "d" * 240 + "ài.txt", "dòng\nmới.txt", "<script>alert(1)</script>.txt", "=cmd|calc.txt", "con"]
        with zipfile.ZipFile(self.folder / "n.zip", "w") as z:
            for n, name in enumerate(names):
                z.writestr(name, f"nội dung thứ {n}")
        answer = self.ingest(home, self.folder / "n.zip", code=0)
        self.assertEqual(self.summary(answer)["accepted"], len(names))
        shown = vtlt("search", "noi dung thu", home=home)
        self.assertNotIn("\u202e", shown.out)
        out = self.folder / "o.zip"
        self.assertEqual(vtlt("export", "--query", "noi dung thu", "--to", out, home=home).code, 0)
        self.assertEqual(vtlt("package", "verify", out).code, 0)

    def test_bombs_are_refused_whole(self):
        home = self.home()
        with zipfile.ZipFile(self.folder / "ratio.zip", "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("bomb.txt", b"0" * (50 << 20))
        self.assertEqual(self.outcomes(self.ingest(home, self.folder / "ratio.zip", code=3)), {"ratio.zip": ("failed", "ratio")})
        inner = b"x"
        for depth in range(5):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as z:
                z.writestr(f"n{depth}.zip", inner)
                z.writestr(f"t{depth}.txt", f"tầng {depth}")
            inner = buffer.getvalue()
        outcomes = self.outcomes(self.ingest(home, self.write("nest.zip", inner), code=3))
        self.assertIn(("failed", "nesting"), outcomes.values())
        with zipfile.ZipFile(self.folder / "many.zip", "w") as z:
            for n in range(100_001):
                z.writestr(str(n), "")
        self.assertEqual(self.outcomes(self.ingest(home, self.folder / "many.zip", code=3)), {"many.zip": ("failed", "too_many_entries")})
        self.assert_whole(home)

    def test_a_single_line_of_200_mb_stays_within_memory(self):
        home = self.home()
        with open(self.folder / "dài.txt", "w") as f:
            for _ in range(200):
                f.write("báo cáo văn thư " * 60_000)
        self.assertGreater((self.folder / "dài.txt").stat().st_size, 200 << 20)
        answer, peak = peak_of(home, self.folder / "dài.txt")
        self.assertEqual(self.outcomes(answer)["dài.txt"], ("accepted", "text_truncated"))
        self.assertLess(peak, SMALL)
        self.assert_whole(home)


class Planted(VtltCase):
    """Handlers that do what an exploited parser would (compiled only into vtlt-extract-planted)."""

    # act → cause; an act that is merely refused goes on and says so.
    ACTS = {"crash": "extractor_crashed", "loop": "time_limit", "fork": "extractor_crashed", "connect": "extractor_crashed",
            "write": None, "memory": "memory_limit", "open": None}

    def test_only_that_document_suffers(self):
        planted = BUILD / "bin/vtlt-extract-planted"
        self.assertTrue(planted.exists())
        home = self.home()
        secret = self.write("bí mật.txt", "không ai được đọc")
        escaped = self.folder / "escaped.txt"
        for n, act in enumerate(self.ACTS):
            target = {"open": secret, "write": escaped}.get(act, "")
            self.write(f"in/{n} {act}.txt", f"VTLT-PLANTED {act} {target}".rstrip() + "\n")
            self.write(f"in/{n} sau.txt", f"tài liệu lành thứ {n}")
        answer = self.ingest(home, self.folder / "in", code=3, env={"VTLT_EXTRACT": str(planted)})
        outcomes = self.outcomes(answer)
        for n, (act, cause) in enumerate(self.ACTS.items()):
            self.assertEqual(outcomes[f"{n} {act}.txt"], ("without_text" if cause else "accepted", cause), act)
            self.assertEqual(outcomes[f"{n} sau.txt"], ("accepted", None), act)
        self.assertFalse(escaped.exists())
        self.assertEqual(self.search(home, "khong ai duoc doc")["total"], 0)
        self.assertEqual(self.search(home, "tai lieu lanh")["total"], len(self.ACTS))
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, 2 << 30)
        self.assert_whole(home)


class RealMaterial(VtltCase):
    def test_the_hostile_archives_all_get_an_outcome(self):
        place = self.unpack(self.need("attack_inputs/libarchive_tests.tar.zst"), "hostile")
        files = [p for p in place.rglob("*") if p.is_file()]
        for name in ("zip-slip.zip", "zip-slip.tar"):
            (place / name).write_bytes((DATA / "attack_inputs" / name).read_bytes())
        home = self.home()
        before = {p for p in self.folder.rglob("*") if not str(p).startswith(str(home))}
        answer = self.ingest(home, place, code=3)
        outcomes = self.outcomes(answer)
        silent = []
        for path in files:
            name = path.relative_to(place).as_posix()
            if not any(n == name or n.startswith(name + "/") for n in outcomes):
                silent.append(name)
        self.assertEqual(silent, [])
        self.assertEqual({p for p in self.folder.rglob("*") if not str(p).startswith(str(home))}, before)
        print({c: n for c, n in self.summary(answer).items()}, file=sys.stderr)
        self.assert_whole(home)


if __name__ == "__main__":
    main()
