#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a history of VTLT without VTLT: python3 verify_audit.py DIR [--key FINGERPRINT] [--seen CHECKPOINT]

DIR is a home's audit/ or what `vtlt audit export --to DIR` wrote (docs/format.md, "Audit"). Every byte of it is covered:
  key                     who signed          checkpoint, checkpoints/YYYY-MM   what was signed (C2SP tlog-checkpoint)
  tile/entries/...        the events          tile/L/...                        their tree (RFC 6962, C2SP tlog-tiles)
--key  the key's fingerprint as you know it from elsewhere: without it anybody could have signed a history of his own.
--seen a checkpoint you kept: a history that was cut off or put back since then does not contain it.
Exit 0: whole. 7: not, and the first line says where. 2: not asked rightly. Python 3.8 or newer, nothing else.
"""
import argparse
import base64
import binascii
import hashlib
import os
import re
import sys

WIDTH, P, L = 256, 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
STRING = rb'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00[01][0-9a-f])*"'
LEAF = re.compile(rb'\{"action":%s,"actor":%s,"at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","detail_hash":"[0-9a-f]{64}",'
                  rb'"object":%s,"seq":([1-9]\d*),"v":1\}' % (STRING, STRING, STRING))
TIME = re.compile(r"time \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Bad(Exception):
    """What is wrong, and where."""


def event(number, why):
    return Bad(f"event {number}: {why}")


# Ed25519 (RFC 8032, 5.1.7), points as (X, Y, Z, T). Not constant in time: nothing here is secret.
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(data):
    """None unless the bytes are the one encoding of a point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x, y, 1, (P - x if x & 1 != sign else x) * y % P)


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key, text, signature):
    public, s = point(key), int.from_bytes(signature[32:], "little")
    if public is None or point(signature[:32]) is None or s >= L or len(signature) != 64:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    minus = (P - public[0], public[1], 1, P - public[3])
    table, total = (None, BASE, minus, add(BASE, minus)), (0, 1, 1, 0)  # S·B − k·A, both scalars in one go
    for bit in range(252, -1, -1):
        total = add(total, total)
        step = table[(s >> bit & 1) | (k >> bit & 1) << 1]
        total = add(total, step) if step else total
    inverse = pow(total[2], P - 2, P)
    x, y = total[0] * inverse % P, total[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def decode(text, size, what):
    """Base64 in its one form."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Bad(f"{what}: no base64") from None
    if len(data) != size or base64.b64encode(data).decode() != text:
        raise Bad(f"{what}: not written in the one form")
    return data


class Key:
    def __init__(self, line):
        parts = line.split("+", 2)
        if not line.endswith("\n") or len(parts) != 3:
            raise Bad("key: not written in the one form")
        self.name, data = parts[0], decode(parts[2][:-1], 33, "key")
        self.public = data[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if data[0] != 1 or parts[1] != self.id.hex():
            raise Bad("key: no Ed25519 key, or not the one it names itself")
        self.fingerprint = hashlib.sha256(self.public).hexdigest()


class Checkpoint:
    def __init__(self, note, key, what):
        text, empty, line = note.partition("\n\n")
        text += "\n"
        mark = f"\u2014 {key.name} "
        if not empty or not line.startswith(mark) or not line.endswith("\n"):
            raise Bad(f"{what}: no note signed by {key.name}")
        signature = decode(line[len(mark):-1], 68, what)
        if signature[:4] != key.id or not is_signed(key.public, text.encode(), signature[4:]):
            raise Bad(f"{what}: the signature is not the key's")
        lines = text.split("\n")
        if len(lines) != 5 or lines[0] != key.name or not re.fullmatch(r"0|[1-9]\d*", lines[1]) or not TIME.fullmatch(lines[3]):
            raise Bad(f"{what}: not written in the one form")
        self.what, self.size, self.root, self.time = what, int(lines[1]), decode(lines[2], 32, what), lines[3]


class Folder:
    """The files; each is read once, and what nobody asked for is foreign."""

    def __init__(self, top):
        self.top = top
        self.left = {os.path.relpath(os.path.join(at, name), top) for at, _, names in os.walk(top) for name in names}

    def read(self, path):
        self.left.discard(path)
        try:
            with open(os.path.join(self.top, path), "rb") as file:
                return file.read()
        except OSError:
            raise Bad(f"{path}: missing") from None

    def text(self, path):
        try:
            return self.read(path).decode("utf-8")
        except UnicodeDecodeError:
            raise Bad(f"{path}: no UTF-8") from None


def tile_path(level, index, width):
    path = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        path = f"x{index % 1000:03}/{path}"
    return f"tile/{level}/{path}" + ("" if width == WIDTH else f".p/{width}")


def read_checkpoints(folder, key):
    """All of them, oldest first."""
    found = []
    for path in sorted(path for path in folder.left if os.path.dirname(path) == "checkpoints"):
        rest, number = folder.text(path), 0
        while rest:
            number += 1
            text, first, more = rest.partition("\n\n")
            line, second, rest = more.partition("\n\n")
            if not first or not second:
                raise Bad(f"{path}, checkpoint {number}: not whole")
            found.append(Checkpoint(f"{text}\n\n{line}\n", key, f"{path}, checkpoint {number}"))
    newest = Checkpoint(folder.text("checkpoint"), key, "checkpoint")
    for older, newer in zip(found, found[1:]):
        if newer.size < older.size:
            raise Bad(f"{newer.what}: fewer events than one before it")
    if found and found[-1].size > newest.size:
        raise Bad("checkpoint: older than the last of checkpoints/")
    if not found or found[-1].root != newest.root or found[-1].size != newest.size:
        raise Bad("checkpoint: not the last of checkpoints/")
    return found


def entries(bundle, path, first, width):
    """The leaves of one bundle."""
    at, leaves = 0, []
    for number in range(first, first + width):
        size = int.from_bytes(bundle[at:at + 2], "big")
        leaf = bundle[at + 2:at + 2 + size]
        at += 2 + size
        found = LEAF.fullmatch(leaf)
        if at > len(bundle) or not found:
            raise event(number, f"no event in its one form ({path})")
        if int(found[1]) != number:
            raise event(number, f"counted as {int(found[1])} ({path})")
        leaves.append(leaf)
    if at != len(bundle):
        raise event(first + width - 1, f"more behind it than there may be ({path})")
    return leaves


class Tree:
    """Grows leaf by leaf and keeps the complete subtrees of its right edge, and the hashes of each level's open tile."""

    def __init__(self, folder):
        self.folder, self.size, self.edge, self.open = folder, 0, [], {}

    def append(self, leaf_hash):
        node, height, rest = leaf_hash, 0, self.size
        while rest & 1:
            node = hashlib.sha256(b"\1" + self.edge.pop() + node).digest()
            rest, height = rest >> 1, height + 1
            if height % 8 == 0:
                self.keep(height // 8, node)
        self.edge.append(node)
        self.size += 1

    def keep(self, level, node):
        tile = self.open.setdefault(level, [])
        tile.append(node)
        if len(tile) == WIDTH:
            self.compare(level, (self.size >> 8 * level) // WIDTH, tile)
            self.open[level] = []

    def compare(self, level, index, hashes):
        path = tile_path(level, index, len(hashes))
        stored, wanted = self.folder.read(path), b"".join(hashes)
        if stored != wanted:
            place = next((i for i in range(len(hashes)) if stored[32 * i:32 * i + 32] != hashes[i]), len(hashes) - 1)
            first = (index * WIDTH + place) * WIDTH**level + 1
            if level == 0:
                raise event(first, f"differs from its tile ({path})")
            raise Bad(f"events {first} to {first + WIDTH**level - 1}: differ from their tile ({path})")

    def finish(self):
        for level, hashes in sorted(self.open.items()):
            if hashes:
                self.compare(level, (self.size >> 8 * level) // WIDTH, hashes)

    def root(self):
        node = self.edge[-1] if self.edge else hashlib.sha256(b"").digest()
        for left in reversed(self.edge[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node


def verify(top, fingerprint, seen):
    folder = Folder(top)
    key = Key(folder.text("key"))
    if fingerprint and fingerprint.lower() != key.fingerprint:
        raise Bad(f"key: its fingerprint is {key.fingerprint}, not the one you know")
    points = read_checkpoints(folder, key)
    size = points[-1].size
    if seen:
        with open(seen, "rb") as file:
            mine = Checkpoint(file.read().decode("utf-8", "replace"), key, "the checkpoint you kept")
        if mine.size > size:
            raise Bad(f"events {size + 1} to {mine.size}: gone since {mine.time}")
        points = sorted(points + [mine], key=lambda one: one.size)
    tree, good, waiting = Tree(folder), 0, iter(points)
    due = next(waiting)

    def settle():
        nonlocal due, good
        while due and due.size == tree.size:
            if due.root != tree.root():
                raise Bad(f"events {good + 1} to {due.size}: not those that were signed ({due.what})")
            due = next(waiting, None)
        good = tree.size

    settle()
    for index in range((size + WIDTH - 1) // WIDTH):
        width = min(WIDTH, size - index * WIDTH)
        path = tile_path("entries", index, width)
        try:
            bundle = folder.read(path)
        except Bad:
            raise event(index * WIDTH + 1, f"missing ({path})") from None
        hashes = [hashlib.sha256(b"\0" + leaf).digest() for leaf in entries(bundle, path, index * WIDTH + 1, width)]
        tree.compare(0, index, hashes)
        for leaf_hash in hashes:
            tree.append(leaf_hash)
            if due and due.size == tree.size:
                settle()
    tree.finish()
    if folder.left:
        raise Bad(f"{min(folder.left)}: not part of a history")
    return f"OK: {size} events, {len(points)} checkpoints, the last of {points[-1].time[5:]}\nroot {tree.root().hex()}\nkey {key.fingerprint}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("--key", metavar="FINGERPRINT")
    parser.add_argument("--seen", metavar="CHECKPOINT")
    asked = parser.parse_args()
    for path, is_there in ((asked.dir, os.path.isdir), (asked.seen, os.path.isfile)):
        if path and not is_there(path):
            parser.error(f"{path} is not there")
    try:
        print(verify(asked.dir, asked.key, asked.seen))
    except Bad as bad:
        print(bad)
        print("NOT WHOLE: this is not the history that was signed.")
        sys.exit(7)


if __name__ == "__main__":
    main()
