#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the share of documents whose text we have, against readers that know nothing of us.

    text_coverage.py ROOT --listing LIST.jsonl     LIST: one object a line with "source_path" (below ROOT), "format" and "letters"
    text_coverage.py ROOT --extract PROGRAM        asks `vtlt-extract --one` for the listing itself

An independent reader (pdftotext for PDF; zipfile and a strip of tags for DOCX and XLSX; html.parser; Python's own decoders for text in
UTF-8 and UTF-16) counts the letters of each file. Where it finds at least 20, ours must have found some as well. Prints a line for
each format and each miss; ends with 1 when less than --least (99 %) of all have text, or of any format with at least 100 files.
"""
import argparse
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import zipfile

ENOUGH = 20
OFFICE_PARTS = {
    "docx": re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$", re.I),
    "xlsx": re.compile(r"xl/(sharedStrings|worksheets/[^/]*)\.xml$", re.I),
}


def letters(text):
    return sum(1 for c in text if c.isalpha())


def pdf_text(path):
    done = subprocess.run(["pdftotext", "-q", str(path), "-"], capture_output=True, timeout=60, check=False)
    return done.stdout.decode("utf-8", "replace")


def office_text(path, kind):
    with zipfile.ZipFile(path) as package:
        parts = [name for name in package.namelist() if OFFICE_PARTS[kind].search(name)]
        text = " ".join(package.read(name).decode("utf-8", "replace") for name in parts)
    # Only what stands between the tags of text; deleted words and formulas are not shown by anybody.
    return " ".join(re.findall(r"<(?:\w+:)?(?:t|v)(?:\s[^>]*)?>([^<]*)<", text))


class Words(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.hidden = 0
        self.words = []

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style", "title", "template")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style", "title", "template") and self.hidden > 0

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def plain_text(path):
    data = path.read_bytes()
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name)
    return data.decode("utf-8")


def html_text(path):
    data = path.read_bytes()
    try:
        text = plain_text(path)
    except UnicodeDecodeError:
        declared = re.search(rb"charset=[\"']?([\w-]+)", data[:4096])
        text = data.decode(declared.group(1).decode() if declared else "utf-8")
    words = Words()
    words.feed(text)
    return " ".join(words.words)


READERS = {
    "pdf": pdf_text,
    "docx": lambda path: office_text(path, "docx"),
    "xlsx": lambda path: office_text(path, "xlsx"),
    "html": html_text,
    "txt": plain_text,
    "csv": plain_text,
    "json": plain_text,
    "xml": plain_text,
}


def expected_letters(path, kind):
    try:
        return letters(READERS[kind](path))
    except Exception:  # a reader that gives up has found nothing
        return 0


def listing_of(program, root):
    files = sorted(str(path) for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    for begin in range(0, len(files), 200):
        done = subprocess.run([program, "--one", *files[begin : begin + 200]], capture_output=True, check=True)
        for line in done.stdout.splitlines():
            item = json.loads(line)
            item["source_path"] = str(pathlib.Path(item["source_path"]).relative_to(root))
            yield item


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--listing", type=pathlib.Path)
    source.add_argument("--extract")
    parser.add_argument("--least", type=float, default=99.0)
    arguments = parser.parse_args()
    if arguments.listing:
        items = [json.loads(line) for line in arguments.listing.read_text("utf-8").splitlines() if line.strip()]
    else:
        items = list(listing_of(arguments.extract, arguments.root))

    counted, missed = {}, []
    for item in items:
        kind = item.get("format")
        if kind not in READERS or not item.get("source_path"):
            continue
        if expected_letters(arguments.root / item["source_path"], kind) < ENOUGH:
            continue
        have, total = counted.get(kind, (0, 0))
        found = (item.get("letters") or 0) > 0
        counted[kind] = (have + found, total + 1)
        if not found:
            missed.append(f'{kind} {item["source_path"]} {item.get("cause")}')
    have = sum(pair[0] for pair in counted.values())
    total = sum(pair[1] for pair in counted.values())
    for kind, (some, of) in sorted(counted.items()):
        print(f"{kind:6} {some:6} of {of:6} have text")
    share = 100.0 * have / total if total else 0.0
    print(f"all    {have:6} of {total:6} have text: {share:.2f} %")
    for line in missed:
        print("without text:", line)
    weak = [kind for kind, (some, of) in counted.items() if of >= 100 and 100.0 * some / of < arguments.least]
    return 1 if share < arguments.least or weak else 0


if __name__ == "__main__":
    sys.exit(main())
