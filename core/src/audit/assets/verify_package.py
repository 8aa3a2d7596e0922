#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that the documents of a package are in VTLT's history: python3 verify_package.py [BAG] [--key FINGERPRINT]

BAG is the unpacked package, else the one in which this file lies, beside verify_audit.py. By data/audit.json each document
of data/metadata/ was registered in the history that the checkpoint signed, and the file that was registered lies here. Every byte
of audit.json is covered; the rest of the package is what `sha256sum -c manifest-sha256.txt` checks.
--key  the key's fingerprint as you know it from elsewhere: without it anybody could have signed a history of his own.
Exit 0: proven. 3: registered, but of the named documents nothing shows which file it was (their grade of secrecy was lowered since:
then the event's detail stays at home; ask the archive). 7: not proven, and the first line says what. 2: not asked rightly.
Python 3.8 or newer, nothing else.
"""
import argparse
import hashlib
import json
import os
import re
import sys

sys.dont_write_bytecode = True  # a file more in data/ would be no part of the package
from verify_audit import LEAF, Bad, Checkpoint, Key  # noqa: E402

HASH = rb'"[0-9a-f]{64}"'
PROOF = re.compile(rb'\{"detail":(?:null,"detail_salt":null|(\{.*\}),"detail_salt":"([0-9a-f]{32})"),"leaf":(\{.*\}),"path":\[((?:%s(?:,%s)*)?)\]\}'
                   % (HASH, HASH))


class Data:
    """The package's data/; what stands in audit.json never leads out of it."""

    def __init__(self, top):
        self.top = top
        self.documents = [name[:-5] for name in sorted(os.listdir(os.path.join(top, "metadata"))) if name.endswith(".json")]

    def read(self, path):
        try:
            with open(os.path.join(self.top, path), "rb") as file:
                return file.read()
        except OSError:
            raise Bad(f"data/{path}: missing") from None

    def digest(self, path):
        hasher = hashlib.sha256()
        try:
            with open(os.path.join(self.top, path), "rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    hasher.update(block)
        except OSError:
            raise Bad(f"data/{path}: missing") from None
        return hasher.hexdigest()


def read_head(head, fingerprint):
    """Checkpoint and key, in the one form in which they are written."""
    told = json.loads(head + b"]}")
    note, line = told["checkpoint"]["note"], told["key"]["line"]
    key = Key(line + "\n")
    if fingerprint and fingerprint.lower() != key.fingerprint:
        raise Bad(f"key: its fingerprint is {key.fingerprint}, not the one you know")
    checkpoint = Checkpoint(note, key, "checkpoint")
    told = {"checkpoint": {"note": note, "sha256": hashlib.sha256(note.encode()).hexdigest()}, "format_version": 1,
            "key": {"fingerprint": key.fingerprint, "line": line}, "proofs": []}
    if json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() != head + b"]}":
        raise Bad("data/audit.json: its head is not written in the one form")
    return checkpoint, key


def climb(node, place, last, path):
    """The root that a leaf's hash and its path make (RFC 9162, 2.1.3.2); its place and the last one count from 0."""
    for step in path:
        while place == last and place and not place & 1:  # nothing stands to its right here
            place, last = place >> 1, last >> 1
        node = hashlib.sha256(b"\1" + (step + node if place & 1 else node + step)).digest()
        place, last = place >> 1, last >> 1
    return node


def check_file(data, uid, registered):
    """The file whose hash is in the event lies where the document's metadata says."""
    files = [file for file in json.loads(data.read(f"metadata/{uid}.json"))["files"] if file["sha256"] == registered]
    path = files[0]["path"] if files else ""
    if not path.startswith("documents/") or ".." in path.split("/") or data.digest(path) != registered:
        raise Bad(f"document {uid}: its file is not the one that was registered")


def verify(data, fingerprint):
    head, _, rest = data.read("audit.json").partition(b"\n")
    if re.fullmatch(rb'\{"checkpoint":\{"sha256":%s\},"format_version":1\}' % HASH, head):
        raise Bad("data/audit.json: no proofs; who made the package had no right to read the history")
    checkpoint, key = read_head(head, fingerprint)
    if not rest.endswith(b"\n]}\n"):
        raise Bad("data/audit.json: cut off")
    missing, before, shown, unshown = set(data.documents), 0, 0, []
    for row in rest[:-4].split(b",\n"):
        proof = PROOF.fullmatch(row)
        leaf = proof and LEAF.fullmatch(proof[3])
        if not leaf or int(leaf[1]) <= before:
            raise Bad(f"data/audit.json, behind event {before}: not written in the one form")
        before, event = int(leaf[1]), json.loads(proof[3])
        path = [bytes.fromhex(step.decode()) for step in re.findall(rb"[0-9a-f]{64}", proof[4])]
        node = hashlib.sha256(b"\0" + proof[3]).digest()
        if climb(node, before - 1, checkpoint.size - 1, path) != checkpoint.root or event["action"] != "document.registered":
            raise Bad(f"event {before}: not in the history that was signed")
        if event["object"] not in missing:
            raise Bad(f"event {before}: not of a document of this package")
        missing.remove(event["object"])
        if not proof[1]:
            unshown.append(event["object"])
        else:
            if hashlib.sha256(bytes.fromhex(proof[2].decode()) + proof[1]).hexdigest() != event["detail_hash"]:
                raise Bad(f"event {before}: its detail is another")
            file = json.loads(proof[1]).get("file")
            if file:
                check_file(data, event["object"], file)
                shown += 1
    if missing:
        raise Bad(f"document {min(missing)}: no proof that it was registered")
    return unshown, (f"{len(data.documents)} documents registered, {shown} with the file as it was registered; "
                     f"history of {checkpoint.size} events, signed {checkpoint.time[5:]}\nkey {key.fingerprint}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bag", nargs="?", default=os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--key", metavar="FINGERPRINT")
    asked = parser.parse_args()
    if not os.path.isfile(os.path.join(asked.bag, "data", "audit.json")):
        parser.error(f"{asked.bag} is no package: data/audit.json is not there")
    try:
        unshown, told = verify(Data(os.path.join(asked.bag, "data")), asked.key)
        print("OK: " + told if not unshown else "IN PART: " + told + "".join(f"\nnot shown which file: document {uid}" for uid in unshown))
        sys.exit(3 if unshown else 0)
    except (Bad, LookupError, OSError, TypeError, ValueError, AttributeError) as bad:
        print(bad if isinstance(bad, Bad) else "data/: not written as a package is")
        print("NOT PROVEN: the history that was signed does not show this package.")
        sys.exit(7)


if __name__ == "__main__":
    main()
