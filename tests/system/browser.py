# SPDX-License-Identifier: GPL-3.0-or-later
"""A newcomer's way through the pages in Chromium, with script on and off, and axe over every page (browser.mjs)."""
import json
import os
import subprocess
import zipfile

from vtlt_case import SOURCE, VtltCase, main
from vtlt_server import PASSWORD, Server, add_person

TEXT = "Số: {n}/KH-BCH\nHà Nội, ngày 5 tháng 8 năm 2021\nKẾ HOẠCH\nDiễn tập phương án chữa cháy khu kho K{n}\nNội dung diễn tập khu kho.\n"


class Browser(VtltCase):
    def walk(self, script):
        place = self.home()
        add_person(self, place, "quantri", "admin,archivist")
        files = [self.write("kế hoạch 1.txt", TEXT.format(n=1)), self.write("ke-hoach-2.html", f"<html><body><p>{TEXT.format(n=2)}</p></body></html>"),
                 self.write("kế hoạch 3.md", TEXT.format(n=3)), self.write("4.txt", ("\ufeff" + TEXT.format(n=4)).encode("utf-16")), self.folder / "5.docx"]
        with zipfile.ZipFile(files[4], "w") as docx:
            docx.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
            docx.writestr("_rels/.rels", '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
            paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in TEXT.format(n=5).splitlines())
            docx.writestr("word/document.xml", f'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>')
        # As unpacked from one archive: alike from outside, and yet each of them is to be kept.
        for file in files:
            os.utime(file, (1_600_000_000, 1_600_000_000))
        with Server(place) as server:
            done = subprocess.run(["node", str(SOURCE / "tests/system/browser.mjs"), f"http://127.0.0.1:{server.port}/", PASSWORD, script, *map(str, files)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=900)
            log = server.log_text()
        self.assertTrue(done.stdout, done.stderr)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        print(answer)
        self.assertEqual(answer["findings"], [])
        self.assertLessEqual(answer["clicks"], 8)
        self.assertNotIn(" status=5", log)
        self.assert_whole(place)

    def test_with_script(self):
        self.walk("on")

    def test_without_script(self):
        self.walk("off")


if __name__ == "__main__":
    main()
