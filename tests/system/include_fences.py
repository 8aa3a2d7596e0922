# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the #include lines and keeps the arrows of ARCHITECTURE.md and the "only place with" fences true."""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(os.environ.get("VTLT_SOURCE", pathlib.Path(__file__).resolve().parents[2]))

# Room → rooms whose headers it may use. A room is a folder; the longest matching prefix counts.
ARROWS = {
    "core/base": {"core/base"},
    "core": {"core/base", "core"},
    "indexer": {"core/base", "core", "indexer"},
    "indexer/extract": {"core/base", "indexer/extract", "core/sandbox"},
    "retention": {"core/base", "core", "retention"},
    "webui/http": {"core/base", "webui/http"},
    "webui": {"core/base", "core", "indexer", "retention", "webui", "webui/http"},
    "app": {"core/base", "core", "indexer", "retention", "webui", "webui/http", "app", "app/demo"},
    "app/demo": {"core/base", "app/demo"},
}

# Third-party header (a pattern of the text between the brackets) → folders that may name it. Everything else is refused.
ALLOWED = [
    (r"sqlite3\.h", ["core/src/db"]),
    (r"xapian(\.h|/.*)", ["indexer/src"]),
    (r"archive(_entry)?\.h", ["core/src/export", "indexer/extract", "app/demo"]),
    (r"unicode/.*", ["core/src/base", "indexer/src"]),
    (r"nlohmann/.*", ["core/include/vtlt/core/base"]),
    (r"openssl/.*", ["core/src/base", "webui/src/http"]),
    (r"Poco/.*", ["webui/src/http"]),
    (r"kainjow/.*", ["webui/src/templates"]),
    (r"sodium\.h", ["core/src/auth"]),
    (r"liboath/oath\.h", ["core/src/auth"]),
    (r"ldap\.h", ["core/src/auth"]),
    (r"qrcodegen/.*", ["webui/src"]),
    (r"xlsxwriter\.h", ["core/src/forms"]),
    (r"spdlog/.*", ["core/src/base"]),
    (r"prometheus/.*", ["webui/src"]),
    (r"zlib\.h", ["core/src/store", "indexer/extract"]),
    (r"boost/locale.*", ["webui/src"]),
    (r"CLI/CLI\.hpp", ["app"]),
    (r"poppler.*", ["indexer/extract"]),
    (r"libxml/.*", ["indexer/extract"]),
    (r"gumbo\.h", ["indexer/extract"]),
    (r"magic\.h", ["indexer/extract"]),
    (r"seccomp\.h", ["indexer/extract"]),
    (r"iconv\.h", ["indexer/extract"]),
    (r"(cairo|pango|ft2build|freetype|fontconfig|hb|glib).*", ["app/demo", "indexer/extract", "core/src/forms"]),
]

# The C and C++ libraries and the system's own headers.
SYSTEM = re.compile(r"(sys|linux|netinet|arpa|asm)/[\w/]+\.h|[a-z_]+|c(assert|ctype|errno|limits|locale|math|signal|stdarg|stddef|stdint|stdio|stdlib|string|time|wchar)"
                    r"|(unistd|fcntl|dlfcn|sched|poll|iconv|langinfo|locale|errno|pthread|spawn|netdb|signal|grp|pwd|malloc|dirent|fnmatch|termios|stdlib|string|limits|time)\.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    best = ""
    for room in ARROWS:
        if (path + "/").startswith(room + "/") and len(room) > len(best):
            best = room
    return best


def place(path):
    """core/src/base/x.cpp and core/include/vtlt/core/base/x.h are both the room core/base."""
    path = re.sub(r"^(\w+)/include/vtlt/\1(/|$)", r"\1/", path)
    path = re.sub(r"^(\w+)/src/", r"\1/", path)
    return path


def check(path):
    own = room_of(place(path))
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        kind, header = found.groups()
        where = f"{path}:{number}: "
        if header.startswith(("vtlt/", "app/")) or kind == '"':
            if header.startswith("vtlt/"):
                target = header[len("vtlt/"):]
            elif header.startswith("app/"):
                target = header
            elif header.startswith("indexer/") or header.startswith("retention/"):
                target = header
            else:
                continue  # a private header beside the source: its own room
            room = room_of(target)
            allowed = ARROWS[own]
            if room not in allowed and not any((target + "/").startswith(one + "/") for one in allowed if one not in ARROWS):
                yield where + f"{own} may not use {room} ({header})"
            continue
        for pattern, folders in ALLOWED:
            if re.fullmatch(pattern, header):
                if not any(path.startswith(folder + "/") or str(pathlib.PurePath(path).parent) == folder for folder in folders):
                    yield where + f"<{header}> belongs to {', '.join(folders)} only"
                break
        else:
            if not SYSTEM.fullmatch(header):
                yield where + f"<{header}> is on no allow-list"


def main():
    faults = []
    count = 0
    for room in ("core", "indexer", "retention", "webui", "app"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                count += 1
                faults += check(str(path.relative_to(ROOT)))
    # The check itself must be able to fail.
    assert room_of(place("core/src/base/text.cpp")) == "core/base" and "indexer" not in ARROWS["core"]
    print(f"{count} files read")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults or count < 50 else 0)


main()
