# SPDX-License-Identifier: GPL-3.0-or-later
"""A package of a query: readable without us, offline, and judged right; everybody's bags too."""
import datetime
import hashlib
import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
import zipfile

from vtlt_case import SOURCE, VtltCase, main, vtlt


def sheet_rows(path):
    """The cells of the first sheet: text, whole numbers, days as YYYY-MM-DD, None."""
    name = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        sheet = xml.etree.ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert not sheet.findall(".//m:f", name), "a formula"
    rows = []
    for row in sheet.findall(".//m:row", name):
        cells = []
        for cell in row.findall("m:c", name):
            column = ord(re.match("[A-Z]+", cell.get("r")).group()) - ord("A")
            cells += [None] * (column - len(cells))
            value = cell.findtext("m:v", None, name)
            if cell.get("t") == "inlineStr":
                cells.append("".join(cell.find("m:is", name).itertext()))
            elif value is not None and column == 2:
                cells.append((datetime.date(1899, 12, 30) + datetime.timedelta(days=int(value))).isoformat())
            else:
                cells.append(None if value is None else int(value))
        rows.append(cells)
    return rows


class Package(VtltCase):
    def setUp(self):
        super().setUp()
        self.archive = self.folder / "demo"
        self.assertEqual(vtlt("init", self.archive, "--demo", "--demo-count", "60").code, 0)
        self.query = "ngay:2015..2026 NOT loai:QĐ"
        self.out = self.folder / "gói kiểm tra.zip"
        answer = vtlt("export", "--query", self.query, "--to", self.out, "--json", home=self.archive)
        self.assertEqual(answer.code, 0, answer)
        self.result = answer.json()

    def unzip(self):
        with zipfile.ZipFile(self.out) as z:
            z.extractall(self.folder / "unzipped")
        return self.folder / "unzipped" / "gói kiểm tra"

    def test_count_on_screen_is_rows_is_documents(self):
        total = self.search(self.archive, self.query, "--limit", "1")["total"]
        self.assertGreater(total, 20)
        self.assertEqual(self.result["documents"], total)
        bag = self.unzip()
        self.assertEqual(len(list((bag / "data/metadata").iterdir())), total)
        self.assertEqual(json.loads((bag / "data/query.json").read_text())["count"], total)

    def test_the_printed_registers_have_a_row_for_each_document(self):
        bag = self.unzip()
        total = self.result["documents"]
        rows = sheet_rows(bag / "data/muc-luc.xlsx")
        first = next(i for i, row in enumerate(rows) if row[:1] == ["(1)"])
        self.assertEqual([caption for caption in rows[first - 1]],
                         ["STT", "Số, ký hiệu văn bản", "Ngày tháng năm văn bản", "Tên loại và trích yếu nội dung văn bản",
                          "Tác giả văn bản", "Tờ số/Trang số", "Ghi chú", "Số, ký hiệu hồ sơ"])
        table = [row for row in rows[first + 1:] if row and isinstance(row[0], int)]
        self.assertEqual([row[0] for row in table], list(range(1, total + 1)))
        page = (bag / "data/index.html").read_text(encoding="utf-8")
        numbers = [html.unescape(cell) for cell in re.findall(r'<td class="code">(.*?)</td>', page)]
        self.assertEqual([row[1] or "" for row in table], numbers)

        text = subprocess.run(["pdftotext", "-layout", bag / "data/muc-luc.pdf", "-"], stdout=subprocess.PIPE, check=True).stdout.decode()
        pages = text.rstrip("\f\n").split("\f")
        self.assertIn(f"Mục lục này gồm: {total} văn bản, tài liệu", text)
        self.assertEqual(max(int(n) for n in re.findall(r"^\s{0,8}(\d+)\s", text, re.M)), total)
        for number, one in enumerate(pages, 1):
            self.assertIn(f"Trang {number}/{len(pages)}", one)
        # A list on paper can be checked: the hash in its foot is that of the rows of the sheet (docs/format.md, "Forms").
        lines = [["package_register", 1]] + [row + [None] * (8 - len(row)) for row in table]
        digest = hashlib.sha256("".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines).encode())
        self.assertEqual(set(re.findall(r"[0-9a-f]{64}", text)), {digest.hexdigest()})

    def test_sha256sum_and_an_independent_reader_accept_it(self):
        bag = self.unzip()
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            subprocess.run(["sha256sum", "-c", "--quiet", "--strict", manifest], cwd=bag, check=True)
        subprocess.run([sys.executable, str(SOURCE / "tests/support/read_package.py"), str(self.out)], check=True)
        proof = subprocess.run([sys.executable, "data/verify_package.py"], cwd=bag, stdout=subprocess.PIPE, text=True, check=True).stdout
        self.assertTrue(proof.startswith(f"OK: {self.result['documents']} documents registered, "), proof)
        verdict = vtlt("package", "verify", self.out, "--json")
        self.assertEqual((verdict.code, verdict.json()["valid"], verdict.json()["format"]), (0, True, "bagit"))

    def test_a_flipped_byte_is_named(self):
        bag = self.unzip()
        victim = next(p for p in (bag / "data/documents").rglob("*") if p.is_file())
        content = bytearray(victim.read_bytes())
        content[-1] ^= 1
        victim.write_bytes(content)
        verdict = vtlt("package", "verify", bag, "--json")
        self.assertEqual(verdict.code, 7)
        self.assertIn(victim.name, json.dumps(verdict.json()["errors"], ensure_ascii=False))

    def test_findings_are_told_in_the_readers_language(self):
        bag = self.unzip()
        (bag / "data/thừa.txt").write_text("thêm vào sau")
        vi, en = (vtlt("package", "verify", bag, "--json", "--lang", l).json()["errors"] for l in ("vi", "en"))
        self.assertEqual([e["rule"] for e in vi], [e["rule"] for e in en])
        finding = next(e for e in vi if e["rule"] == "manifest.unlisted_file")
        self.assertEqual(finding["message"], "Một tệp nội dung không có trong bảng kê.")
        self.assertIn("đừng dựa vào", finding["hint"])
        self.assertIn("A payload file is not listed", next(e for e in en if e["rule"] == "manifest.unlisted_file")["message"])
        oxum = next(e for e in vi if e["rule"] == "baginfo.oxum")
        self.assertRegex(oxum["message"], r"^Payload-Oxum không khớp .*\(.*[0-9]+.*\)$")
        text = vtlt("package", "verify", bag)
        self.assertEqual(text.code, 7)
        self.assertIn("Một tệp nội dung không có trong bảng kê.", text.out)
        self.assertNotIn("payload file", text.out)

    def test_tar_and_plain_bag_work_too(self):
        for name, profile in (("a.tar", "inspection"), ("b.zip", "bagit"), ("c.tar", "bagit")):
            out = self.folder / name
            self.assertEqual(vtlt("export", "--query", self.query, "--to", out, "--profile", profile, home=self.archive).code, 0)
            self.assertEqual(vtlt("package", "verify", out).code, 0)

    def test_refusals_have_names(self):
        self.assertEqual(vtlt("export", "--query", self.query, "--to", self.out, home=self.archive).code, 5)
        self.assertEqual(vtlt("export", "--query", "zzzzkhongco", "--to", self.folder / "n.zip", home=self.archive).code, 4)
        self.assertEqual(vtlt("export", "--query", "x", "--to", self.folder / "n.rar", home=self.archive).code, 2)
        self.assertEqual(vtlt("package", "verify", self.folder / "nothing.zip").code, 4)
        self.assertEqual(list(self.folder.glob("n.*")), [])

    def test_the_register_opens_offline_in_chromium(self):
        chromium = shutil.which("chromium")
        if not chromium:
            self.skipTest("skipped: no chromium")
        bag = self.unzip()
        page = bag / "data/index.html"
        dom = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                              "--disable-background-networking", "--disable-component-update", "--disable-sync",
                              "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={self.folder / 'profile'}", "--dump-dom",
                              page.resolve().as_uri()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120).stdout.decode()
        links = re.findall(r'href="(documents/[^"]+)"', dom)
        self.assertGreaterEqual(len(links), self.result["documents"])
        from urllib.parse import unquote

        for link in links:
            self.assertTrue((bag / "data" / unquote(link)).is_file(), link)
        self.assertNotRegex(page.read_text(encoding="utf-8"), r'(src|href)="(https?:)?//')


class Conformance(VtltCase):
    """The Library of Congress's bags: the folder's name is the verdict (SOURCE.md there)."""

    def test_every_bag_gets_the_right_verdict(self):
        bags = self.unpack(self.need("conformance/bagit.tar.zst"), "bags")
        right, wrong = 0, []
        verdicts = {"valid": True, "warning": True, "invalid": False, "linux-only": False, "windows-only": False, "macOS-only": True}
        cases = [(bag, kind.name) for kind in sorted(bags.rglob("*")) if kind.is_dir() and kind.name in verdicts
                 for bag in sorted(kind.iterdir()) if bag.is_dir()]
        for bag, kind in cases:
            if (bag / "bagit.txt").exists() and not (bag / "data").exists() and "data" not in bag.name:
                (bag / "data").mkdir()  # git keeps no empty folder
            answer = vtlt("package", "verify", bag, "--json")
            if answer.json()["valid"] == verdicts[kind] and answer.code == (0 if verdicts[kind] else 7):
                right += 1
            else:
                wrong.append((bag.relative_to(bags).as_posix(), answer.json()["errors"]))
            if kind == "warning":
                self.assertTrue(answer.json()["warnings"], bag)
        print(f"{right} bags judged right", file=sys.stderr)
        self.assertEqual(wrong, [])
        self.assertEqual(right, 37)


if __name__ == "__main__":
    main()
