#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an inspection package (zip) knowing nothing of VTLT: only BagIt 1.0, HTML and JSON. Exit 0 when it is whole, else 1."""
import hashlib, html.parser, json, re, sys, urllib.parse, zipfile


class Register(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.links, self.outside = [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "tr" and "id" in values:
            self.rows.append(values["id"])
        for name in ("href", "src", "action"):
            link = urllib.parse.urlsplit(values.get(name) or "")
            (self.outside if link.scheme or link.netloc else self.links).append(urllib.parse.unquote(link.path))


def digest(package, name):
    return hashlib.file_digest(package.open(name), "sha256").hexdigest()


def check(path):
    package = zipfile.ZipFile(path)
    names = package.namelist()
    root = names[0].split("/")[0] + "/"  # one folder, named as the file
    assert len(set(names)) == len(names), "a name occurs twice"
    assert all(name.startswith(root) and ".." not in name.split("/") for name in names), "a path leads outside"
    text = lambda name: package.read(root + name).decode("utf-8")
    assert text("bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "declaration"
    listed = {}
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        for line in text(manifest).splitlines():
            expected, name = line.split("  ", 1)
            assert digest(package, root + name) == expected, f"{name} differs from {manifest}"
            assert name not in listed and not listed.update({name: expected}), f"{name} listed twice"
    inside = {name[len(root):] for name in names}
    assert inside == set(listed) | {"tagmanifest-sha256.txt"}, f"not listed: {inside ^ set(listed)}"
    info = dict(re.findall(r"^([^:\n]+): (.*)$", text("bag-info.txt"), re.M))
    payload = [package.getinfo(root + name).file_size for name in inside if name.startswith("data/")]
    assert info["Payload-Oxum"] == f"{sum(payload)}.{len(payload)}", "Payload-Oxum"
    register = Register()
    register.feed(text("data/index.html"))
    metadata = {name[14:-5]: json.loads(text(name)) for name in inside if name.startswith("data/metadata/")}
    assert sorted(register.rows) == sorted(metadata), "rows of the register and metadata files differ"
    assert len(register.rows) == int(info["Document-Count"]), "Document-Count"
    documents = {name[5:] for name in inside if name.startswith("data/documents/")}
    assert documents == {file["path"] for one in metadata.values() for file in one["files"]}, "metadata and files differ"
    assert {link for link in register.links if link.startswith("documents/")} == documents, "links and files differ"
    assert not register.outside, f"outside addresses: {register.outside}"
    return f"whole: {len(register.rows)} documents, {len(documents)} files"


if __name__ == "__main__":
    try:
        print(check(sys.argv[1]))
    except Exception as error:  # whatever is wrong with it, the verdict is one line
        sys.exit(f"not whole: {error!r}")
