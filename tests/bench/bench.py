# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench: ratios of ours to what a user would pick instead, taken in turns inside one run.

    bench.py [--all] [--quick] [--only GROUP]… [--write]

--all adds an archive of 20,000 documents, --quick tries every case in small (its figures mean nothing), --only runs the named groups,
--write puts the table into docs/benchmarks.md. A missed bar is told and explained, and does not fail the run: the machine may be busy.
"""
import argparse
import collections
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import hidden_times
from bench_words import GROWTH, INTRODUCTION, QUERIES, show, table
from http_peers import FixedPage, Load, Nginx, Vtlt

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("VTLT_BUILD", SOURCE / "build" / "release")).resolve()
# The program under test may come from another build than the benchmark.
BENCH = pathlib.Path(os.environ.get("VTLT_BENCH", BUILD / "bin" / "vtlt-bench"))
VTLT, DEMO, EXTRACT = (BUILD / "bin" / name for name in ("vtlt", "vtlt-demo", "vtlt-extract"))
HTTP_SERVE, HTTP_LOAD = (BENCH.parent / name for name in ("vtlt-http-serve", "vtlt-http-load"))
DATA = pathlib.Path(os.environ.get("VTLT_SHARED_DATA", SOURCE.parent / "shared" / "data"))
SEED = 7
LONG_TURN = 10


@dataclasses.dataclass(frozen=True)
class Sizes:
    rounds: int
    archives: tuple
    catalogue: dict
    intake: dict
    fixity: dict
    documents: int  # of extraction
    processes: int  # of the slow one-process-per-file peer
    package_files: int
    package_bytes: int
    rows: int  # of a printed register
    load_seconds: int
    download_bytes: int
    turns: int  # of each of two requests that are compared one by one


FULL = Sizes(5, (1000, 10_000), {"commits": 500, "bulk": 10},
             {"big-files": 3, "big-bytes": 200_000_000, "small-files": 2000, "small-bytes": 10_000},
             {"files": 12, "bytes": 50_000_000}, 100, 20, 12, 50_000_000, 20_000, 3, 1_000_000_000, 2000)
QUICK = Sizes(2, (100, 300), {"commits": 20, "bulk": 1},
              {"big-files": 2, "big-bytes": 5_000_000, "small-files": 300, "small-bytes": 10_000},
              {"files": 4, "bytes": 5_000_000}, 5, 3, 3, 5_000_000, 500, 1, 20_000_000, 200)


@dataclasses.dataclass(frozen=True)
class Bar:
    """What a row must reach; `at_most` turns the comparison round."""
    value: float
    at_most: bool = False

    def is_met(self, ratio):
        return ratio <= self.value if self.at_most else ratio >= self.value

    def __str__(self):
        return f"{'≤' if self.at_most else '≥'} {self.value:g}"


@dataclasses.dataclass
class Row:
    area: str
    peer: str
    ours: str
    theirs: str
    ratio: float | None = None
    bar: Bar | None = None
    turns: int = 0
    why: str = ""  # told when the bar is missed

    @property
    def is_missed(self):
        return self.bar is not None and self.ratio is not None and not self.bar.is_met(self.ratio)

    def cells(self):
        met = "–" if self.bar is None or self.ratio is None else "no" if self.is_missed else "yes"
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        return [self.area, self.peer, self.ours, self.theirs, ratio, str(self.bar or "–"), met, str(self.turns or "–")]


# Case and peer's side → words, bar, and what is behind a miss. `{…}` are filled from the case. One table for the cases of two sides.
@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    ours: str
    side: str
    area: str
    peer: str
    bar: float | None
    why: str = ""


CASES = [
    Case("catalogue.one", "ours", "bare", "catalogue: document + event + outbox, durable", "SQLite C API, WAL FULL, one plain row", 0.5,
         "one registration writes the document with its indexes, leaf, detail and tree of the audit, and the outbox row: several pages of "
         "WAL before the same fsync, where the peer writes one"),
    Case("catalogue.bulk", "ours", "bare", "catalogue: bulk, 1,000 per transaction", "SQLite C API, the same rows and indexes", 0.5,
         "beyond the same rows ours draws identities and salts, writes canonical JSON and hashes two values for each event"),
    Case("intake.big", "ours", "copy", "intake without text: big files", "sha256sum + cp (not synced)", 0.8,
         "ours waits until the bytes are on the disk and the peer does not; the next row gives the peer the same promise"),
    Case("intake.big", "ours", "synced_copy", "intake without text: big files", "sha256sum + cp + sync -f", None),
    Case("intake.small", "ours", "bare", "intake without text: 10 KB files", "copy loop, one syncfs for 200 files", 0.6,
         "ours also hashes, writes the intent, renames each file to its address (in a new store that makes two folders for nearly every "
         "object) and has a second barrier for those folders (safety.md §4.1) before it commits row, event and outbox; the peer's group "
         "is one folder and one barrier"),
    Case("extract.pdf", "ours", "peer", "extraction in the sandbox: PDF of the demo archive", "pdftotext, a process per file", 0.9,
         "a sandboxed child per document costs a fork of the prewarmed server; short documents show it most"),
    Case("extract.pdf.real", "ours", "peer", "extraction in the sandbox: real PDF", "pdftotext, a process per file", 0.9,
         "long documents are poppler's own time on both sides; ours adds pages as messages between two processes"),
    Case("extract.docx.process", "ours", "peer", "extraction in the sandbox: DOCX", "the same extractor, started per file", 6,
         "the fork from the prewarmed server is cheaper than a start by less than the bar"),
    Case("extract.docx.unzip", "ours", "peer", "extraction in the sandbox: DOCX", "unzip | sed per file, no sandbox", None),
    Case("index.bare", "ours", "bare", "index: rebuild of {count} documents", "bare Xapian loop, terms in memory", 0.9,
         "ours starts from catalogue and text objects: reading, unpacking, splitting into words, folding and pairing took {terms:.1f} s of "
         "its {ours:.1f} s; the peer is handed the finished terms"),
    Case("index.peers", "ours", "omindex", "index: {count} texts", "omindex", 4,
         "omindex keeps neither neighbouring pairs nor exact forms, and starts once per run; on few texts both are mostly start and sync"),
    Case("index.peers", "ours", "recollindex", "index: {count} texts", "recollindex", 4,
         "recollindex uses both cores and keeps neither pairs nor exact forms; on few texts both are mostly start and sync"),
    Case("fixity", "one_thread", "sha256sum", "fixity: one thread", "sha256sum", 0.95,
         "the digest is the same work; the rest is reading in blocks and looking for files that no row names"),
    Case("fixity", "two_threads", "sha256sum", "fixity: two threads", "sha256sum, one process", 1.7,
         "two threads need two free cores"),
    Case("fixity", "two_threads", "one_thread", "fixity: two threads", "ours, one thread", None),
    Case("forms", "xlsx", "openpyxl", "forms: XLSX of {count} rows, 8 columns", "openpyxl, write-only", 2,
         "both write the same cells one by one; ours also numbers, checks and hashes the rows"),
    Case("forms", "pdf", "xlsx", "forms: PDF of {count} rows, 8 columns", "our XLSX of the same rows", None),
    Case("forms", "docx", "xlsx", "forms: DOCX of {count} rows, 8 columns", "our XLSX of the same rows", None),
]

WHY_PAGE = ("the slowest query is `{query}`: beyond the bare search the page reads 20 rows of the catalogue, opens their text objects and "
            "cuts the snippets ({rest:.1f} ms)")
WHY_FTS = ("FTS5 ranks every match and grows with them; ours has a fixed part for rows and snippets which is most of its time in an archive "
           "this small")
WHY_HIDDEN = "two ids that nothing has differ by {noise:.1%} in the same run"
WHY_PAGE_RATE = ("the peer copies a text; ours looks up session and right, reads the document, its files and history, and fills the templates at "
                 "run time")
WHY_PACKAGE = {
    "big": "ours hashes every object while copying, writes manifests and register, and waits for the disk before the package has its "
           "name; the next row gives the peer the same promise",
    "small": "with many small files the start of the program, the catalogue, the register pages and the manifests weigh more than the bytes",
}


def run(*command, codes=(0,)):
    """What a program prints; any other exit code ends the run."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE)
    if done.returncode not in codes:
        raise SystemExit(f"{command}: exit {done.returncode}")
    return done.stdout.decode()


def measured(*command):
    """Seconds, and the peak resident megabytes of the largest process of a command."""
    started = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command}: exit {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def speed_ratio(ours, theirs):
    """How many times as fast as the peer, by the median of the rounds."""
    return statistics.median(peer / own for own, peer in zip(ours, theirs))


class Bench:
    def __init__(self, sizes, sizes_of_archives, work):
        self.sizes = sizes
        self.sizes_of_archives = sizes_of_archives
        self.work = work
        self.scratch = work / "scratch"
        self.scratch.mkdir()
        self.rows = []
        self.growth = {}  # documents → figures of the growth table
        self.queries = collections.defaultdict(dict)  # query → documents → case

    def say(self, text):
        print(f"… {text}", file=sys.stderr, flush=True)

    def put(self, row):
        self.rows.append(row)
        self.say(" | ".join(row.cells()))

    # --- what vtlt-bench measures

    def group(self, group, /, **options):
        arguments = [part for key, value in options.items() for part in ("--" + key.replace("_", "-"), value)]
        out = run(BENCH, group, "--work", self.scratch, "--rounds", self.sizes.rounds, *arguments)
        return [json.loads(line) for line in out.splitlines()]

    def add(self, found):
        for case in CASES:
            if case.name == found["case"] and case.side in found["sides"]:
                self.add_row(case, found)

    def add_row(self, case, found):
        ours, theirs = found["sides"][case.ours], found["sides"][case.side]
        words = {"count": found.get("count", 0), "ours": statistics.median(ours),
                 "terms": statistics.median(found["sides"].get("terms", [0]))}
        self.put(Row(case.area.format(**words), case.peer, show(statistics.median(ours)), show(statistics.median(theirs)),
                             speed_ratio(ours, theirs), Bar(case.bar) if case.bar else None, min(len(ours), len(theirs)),
                             case.why.format(**words)))

    def catalogue(self):
        for found in self.group("catalogue", **self.sizes.catalogue):
            self.add(found)

    def intake(self):
        for found in self.group("intake", **self.sizes.intake):
            self.add(found)

    def fixity(self):
        for found in self.group("fixity", **self.sizes.fixity):
            self.add(found)

    def forms(self):
        for found in self.group("forms", rows=self.sizes.rows):
            self.add(found)

    def extraction(self):
        self.archive(self.sizes_of_archives[0])
        demo = self.folder(self.sizes_of_archives[0])
        cases = [("extract.pdf", "pdftotext", demo, self.sizes.documents),
                 ("extract.docx.process", "extract_one", demo, self.sizes.processes),
                 ("extract.docx.unzip", "unzip_sed", demo, self.sizes.documents)]
        if DATA.is_dir():
            cases.insert(1, ("extract.pdf.real", "pdftotext", DATA, self.sizes.documents))
        for name, peer, files, count in cases:
            for found in self.group("extraction", name=name, peer=peer, files=files, count=count, extractor=EXTRACT):
                self.add(found)

    def index(self):
        small, large = self.sizes_of_archives[:2]
        for found in self.group("indexing", archive=self.archive(large)):
            self.add(found)
        peers = {name: shutil.which(name) for name in ("omindex", "recollindex") if shutil.which(name)}
        for found in self.group("index_peers", archive=self.archive(small), **peers):
            self.add(found)

    # --- archives of several sizes

    def folder(self, count):
        return self.work / f"papers-{count}"

    def archive(self, count):
        """An archive of `count` invented documents, in the dossier PACKAGE; made when first asked for."""
        home = self.work / f"archive-{count}"
        if home.exists():
            return home
        self.say(f"{count} documents")
        run(DEMO, "--count", count, "--seed", SEED, "--to", self.folder(count))
        self.init(home)
        seconds, peak = measured(VTLT, "-C", home, "--quiet", "ingest", self.folder(count), "--dossier", "PACKAGE")
        self.growth[count] = {"ingest": count / seconds, "ingest_rss": peak}
        return home

    def init(self, home):
        run(VTLT, "--quiet", "init", home)
        run(VTLT, "-C", home, "--quiet", "dossier", "new", "PACKAGE", "--title", "Đóng gói")

    def search(self):
        for count in self.sizes_of_archives:
            home = self.archive(count)
            self.say(f"searching {count} documents")
            cases = self.group("searching", archive=home)
            for case in cases:
                case["median"] = {side: statistics.median(turns) for side, turns in case["sides"].items()}
                self.queries[case["query"]][count] = case
            self.add_search(count, cases)
            seconds, peak = measured(VTLT, "-C", home, "search", "báo cáo cải cách hành chính")
            self.growth[count].update(search_rss=peak, command=seconds, index=sum(
                file.stat().st_size for file in (home / "index").rglob("*") if file.is_file()) / count)
        self.add_growth()

    def add_search(self, count, cases):
        def allowance(case):
            return case["median"]["page"] / (1.3 * case["median"]["bare"] + 0.002)

        def mean(side, chosen):
            return statistics.mean(case["median"][side] for case in chosen)

        turns = len(cases[0]["sides"]["page"])
        worst = max(cases, key=allowance)
        rest = 1000 * (worst["median"]["page"] - worst["median"]["bare"])
        self.put(Row(f"search page of 20 with snippets, {count} documents, worst of {len(cases)} queries",
                             "1.3 × get_mset(0, 20, doccount) + 2 ms", show(worst["median"]["page"]),
                             show(1.3 * worst["median"]["bare"] + 0.002), allowance(worst), Bar(1, at_most=True), turns,
                             WHY_PAGE.format(query=worst["query"], rest=rest)))
        both = [case for case in cases if "fts" in case["sides"]]
        self.put(Row(f"search page, {count} documents, mean of {len(both)} queries", "SQLite FTS5, bm25 and snippet()",
                             show(mean("page", both)), show(mean("fts", both)), mean("fts", both) / mean("page", both), Bar(10), turns,
                             WHY_FTS))
        slowest = max(cases, key=lambda case: case["median"]["count"])
        self.put(Row(f"exact number, {count} documents, slowest query, in ms", "2 ms at any size",
                             show(slowest["median"]["count"]), show(0.002), 1000 * slowest["median"]["count"], Bar(2, at_most=True), turns,
                             f"`{slowest['query']}` has {slowest['matches']} matches to count"))
        self.growth[count].update(page=statistics.median(case["median"]["page"] for case in cases),
                                  slowest=max(case["median"]["page"] for case in cases),
                                  bare=statistics.median(case["median"]["bare"] for case in cases),
                                  fts=statistics.median(case["median"]["fts"] for case in both),
                                  count=statistics.median(case["median"]["count"] for case in cases))

    def add_growth(self):
        """Time may grow as fast as the matches do, no faster."""
        small, large = self.sizes_of_archives[0], self.sizes_of_archives[-1]

        def growth(query):
            before, after = self.queries[query][small], self.queries[query][large]
            return (after["median"]["page"] / before["median"]["page"]) / max(1.0, after["matches"] / max(1, before["matches"]))

        worst = max(self.queries, key=growth)
        before, after = self.queries[worst][small], self.queries[worst][large]
        self.put(Row(f"growth of a page's time ÷ growth of its matches, {small} → {large} documents, worst query", "its own matches",
                             f"× {after['median']['page'] / before['median']['page']:.1f}",
                             f"× {after['matches'] / max(1, before['matches']):.1f}", growth(worst), Bar(1, at_most=True),
                             len(after["sides"]["page"]), f"`{worst}` became slower than its matches became more"))

    # --- packages

    def package(self):
        big = self.work / "archive-big"
        files = self.work / "big"
        files.mkdir()
        for number in range(self.sizes.package_files):
            (files / f"{number}.bin").write_bytes(os.urandom(self.sizes.package_bytes))
        self.init(big)
        # 3: random bytes have no text.
        run(VTLT, "-C", big, "--quiet", "ingest", files, "--dossier", "PACKAGE", codes=(3,))
        self.compare_packages("big", big, f"{self.sizes.package_files} × {self.sizes.package_bytes / 1e6:.0f} MB")
        count = self.sizes_of_archives[0]
        self.compare_packages("small", self.archive(count), f"{count} documents")
        shutil.rmtree(big)
        shutil.rmtree(files)

    def compare_packages(self, kind, home, what):
        content = self.scratch / "content"
        first = self.scratch / "first.tar"
        self.export(home, first)
        content.mkdir()
        run("bsdtar", "-xf", first, "-C", content)
        first.unlink()
        for form, options in (("zip", ["--format", "zip", "--options", "zip:compression=store"]), ("tar", ["--format", "pax"])):
            self.compare_format(kind, home, what, form, options, content)
        shutil.rmtree(content)

    def compare_format(self, kind, home, what, form, options, content):
        ours, theirs = self.scratch / f"ours.{form}", self.scratch / f"theirs.{form}"
        times = collections.defaultdict(list)
        rounds = 0
        while rounds < self.sizes.rounds and (rounds < 3 or max(map(max, times.values())) < LONG_TURN):
            rounds += 1
            for side, work in (("ours", lambda: self.export(home, ours)),
                               ("bsdtar", lambda: run("bsdtar", "-cf", theirs, *options, "-C", content, "."))):
                ours.unlink(missing_ok=True)
                theirs.unlink(missing_ok=True)
                run("sync", "-f", self.scratch)
                started = time.monotonic()
                work()
                times[side].append(time.monotonic() - started)
            run("sync", theirs)
            times["synced"].append(time.monotonic() - started)
        size = theirs.stat().st_size / 1e6
        ours.unlink(missing_ok=True)
        theirs.unlink()
        own = statistics.median(times["ours"])
        for side, peer, bar in (("bsdtar", f"bsdtar, {form}, the same files", Bar(0.8)), ("synced", f"bsdtar, {form}, then sync", None)):
            self.put(Row(f"package: {form} of {what}, {size:.0f} MB, with checksums and register", peer, show(own),
                                 show(statistics.median(times[side])), speed_ratio(times["ours"], times[side]), bar, rounds,
                                 WHY_PACKAGE[kind]))

    def export(self, home, out):
        run(VTLT, "-C", home, "--quiet", "export", "--dossier", "PACKAGE", "--to", out)

    # --- the server

    def http(self):
        home = self.archive(self.sizes_of_archives[0])
        root = self.work / "root"
        root.mkdir()
        file = root / "file.bin"
        with open(file, "wb") as out:
            for _ in range(self.sizes.download_bytes // 1_000_000):
                out.write(os.urandom(1_000_000))
        big = self.work / "archive-download"
        self.init(big)
        document = json.loads(run(VTLT, "-C", big, "ingest", file, "--json", codes=(3,)).splitlines()[0])["id"]
        with open(self.work / "serve.log", "wb") as log:
            with Vtlt(VTLT, home, log) as server, Nginx(self.work / "nginx", root) as nginx:
                time.sleep(1)
                idle = server.memory()
                self.compare_pages(server)
                self.compare_static(server, nginx, root)
                self.compare_crowds(server, nginx)
                self.put(Row("memory of a server that waits", "128 MB", f"{idle / 1e6:.0f} MB", "–", idle / 128e6, Bar(1, at_most=True), 1,
                             "pools and caches are filled before anybody asks"))
            with Vtlt(VTLT, big, log) as server, Nginx(self.work / "nginx-download", root) as nginx:
                self.compare_downloads(server, f"/documents/{document}/files/1", nginx)
        shutil.rmtree(big)
        shutil.rmtree(root)

    def rates(self, sides):
        """Answers per second of each (port, path, options), in turns."""
        load = Load(HTTP_LOAD)
        found = collections.defaultdict(list)
        for _ in range(self.sizes.rounds):
            for name, (port, path, options) in sides.items():
                answer = load.run("rate", port, path, seconds=self.sizes.load_seconds, **options)
                if answer["broken"]:
                    raise SystemExit(f"{name}: {answer}")
                found[name].append(answer["per_second"])
        return found

    def compare_pages(self, server):
        load = Load(HTTP_LOAD)
        session = {"cookie": server.cookie}
        document = server.person.get("/api/v1/search?q=loai:BC&limit=1").json["hits"][0]["id"]
        with FixedPage(HTTP_SERVE, "vtlt", 10_240) as ours, FixedPage(HTTP_SERVE, "poco", 10_240) as poco:
            self.add_rates("page: a fixed text of 10 KB", "a bare Poco handler", None, "",
                           self.rates({"ours": (ours.port, "/", {}), "peer": (poco.port, "/", {})}))
        for what, path, bar, why in (("one document", f"/documents/{document}", 0.2, WHY_PAGE_RATE),
                                     ("20 found documents with snippets", "/search?q=loai:BC", None, "")):
            size = load.run("rate", server.port, path, seconds=1, **session)["bytes"]
            with FixedPage(HTTP_SERVE, "poco", size) as poco:
                self.add_rates(f"page: {what}, {size / 1024:.0f} KB", "a bare Poco handler, a fixed text of that size", bar, why,
                               self.rates({"ours": (server.port, path, session), "peer": (poco.port, "/", {})}))

    def compare_static(self, server, nginx, root):
        style = next(part for part in server.person.get("/").text.split('"') if part.endswith(".css"))
        content = server.person.get(style).body
        (root / "style.css").write_bytes(content)
        self.add_rates(f"static: a style sheet of {len(content) / 1024:.0f} KB", "nginx", 0.4,
                       "nginx answers from its event loop; ours passes each request through the route table to a worker",
                       self.rates({"ours": (server.port, style, {}), "peer": (nginx.port, "/style.css", {})}))

    def add_rates(self, area, peer, bar, why, found):
        own, other = (statistics.median(found[side]) for side in ("ours", "peer"))
        ratio = statistics.median(a / b for a, b in zip(found["ours"], found["peer"]))
        self.put(Row(area, peer, f"{own:,.0f} /s", f"{other:,.0f} /s", ratio, Bar(bar) if bar else None, len(found["ours"]), why))

    def compare_downloads(self, server, path, nginx):
        load = Load(HTTP_LOAD)
        size = self.sizes.download_bytes
        for what, options in (("whole", {}), ("its second half by Range", {"range": f"bytes={size // 2}-"})):
            times = collections.defaultdict(list)
            for _ in range(self.sizes.rounds):
                for side, (port, where, more) in {"ours": (server.port, path, {"cookie": server.cookie}), "peer": (nginx.port, "/file.bin", {})}.items():
                    answer = load.run("download", port, where, timeout=60, **options, **more)
                    if answer["bytes"] != (size - size // 2 if options else size):
                        raise SystemExit(f"{side}: {answer}")
                    times[side].append(answer["seconds"])
            self.put(Row(f"download of {size / 1e6:.0f} MB, {what}", "nginx, sendfile", show(statistics.median(times["ours"])),
                         show(statistics.median(times["peer"])), speed_ratio(times["ours"], times["peer"]), Bar(0.8), len(times["ours"]),
                         "both send from the page cache; ours asks for a session and the right first"))

    def compare_crowds(self, server, nginx):
        load = Load(HTTP_LOAD)
        ours, theirs = ([load.run("crowd", port, path)["p99_ms"] for _ in range(self.sizes.rounds)]
                        for port, path in ((server.port, "/sign-in"), (nginx.port, "/style.css")))
        own = statistics.median(ours)
        self.put(Row("crowd: new client's p99 beside 2,000 idle and 500 slow ones", "nginx, a static file", f"{own:.1f} ms",
                     f"{statistics.median(theirs):.1f} ms", own / 50, Bar(1, at_most=True), len(ours), "the ratio is to the 50 ms of performance.md"))

    def timing(self):
        """An archive of its own: in the others a hidden document would change what the peers find."""
        home, papers = self.work / "archive-hidden", self.work / "papers-hidden"
        run(DEMO, "--count", 100, "--seed", SEED, "--to", papers)
        self.init(home)
        run(VTLT, "-C", home, "--quiet", "ingest", papers, "--dossier", "PACKAGE")
        document = json.loads(run(VTLT, "-C", home, "search", "*", "--limit", "1", "--json"))["hits"][0]["id"]
        run(VTLT, "-C", home, "--quiet", "secrecy", "set", document, "tuyet_mat", "--reason", "bench")
        with open(self.work / "serve-hidden.log", "wb") as log, Vtlt(VTLT, home, log, clearance="open") as server:
            for what, path in (("page", "/documents/{}"), ("REST", "/api/v1/documents/{}")):
                found = hidden_times.compare(server.port, server.cookie, path.format(document), [path.format(uid * 20) for uid in "78"],
                                             self.sizes.rounds, self.sizes.turns, SEED)
                self.put(Row(f"hidden against missing, {what}: what their times differ by (noise of the run: {abs(found.noise - 1):.3f})",
                             "the same reader, an id that nothing has", show(found.hidden), show(found.missing), abs(found.ratio - 1),
                             Bar(0.05, at_most=True), self.sizes.rounds, WHY_HIDDEN.format(noise=abs(found.noise - 1))))
        shutil.rmtree(home)
        shutil.rmtree(papers)

    # --- what is shown

    def table(self):
        heads = ["area", "peer", "ours", "the peer's", "ratio", "bar", "met?", "rounds"]
        text = table(heads, [row.cells() for row in self.rows])
        missed = [row for row in self.rows if row.is_missed]
        if missed:
            text += "\nMissed bars:\n\n" + "".join(f"- **{row.area}** against {row.peer}: {row.ratio:.2f} for {row.bar}; {row.why}.\n"
                                                  for row in missed)
        return text

    def growth_table(self):
        columns = [("ingested per s, with text", "ingest", "{:.0f}"), ("ingest, MB resident", "ingest_rss", "{:.0f}"),
                   ("index, bytes per document", "index", "{:.0f}"), ("page, ms", "page", "ms"), ("slowest page, ms", "slowest", "ms"),
                   ("bare get_mset, ms", "bare", "ms"), ("FTS5 page, ms", "fts", "ms"), ("exact number, ms", "count", "ms"),
                   ("`vtlt search`, MB resident", "search_rss", "{:.0f}"), ("`vtlt search`, s", "command", "{:.2f}")]

        def cell(figures, key, form):
            if key not in figures:
                return "–"
            return f"{1000 * figures[key]:.2f}" if form == "ms" else form.format(figures[key])

        rows = [[count] + [cell(figures, key, form) for _, key, form in columns] for count, figures in sorted(self.growth.items())]
        return table(["documents"] + [head for head, _, _ in columns], rows) if rows else ""

    def query_table(self):
        sizes = self.sizes_of_archives
        heads = ["query"] + [f"{what}, {count}" for count in sizes for what in ("matches", "page ms", "bare ms", "FTS5 ms")]
        rows = []
        for query, cases in self.queries.items():
            row = [f"`{query}`"]
            for count in sizes:
                medians = cases[count]["median"]
                row += [cases[count]["matches"]] + [f"{1000 * medians[side]:.2f}" if side in medians else "–" for side in ("page", "bare", "fts")]
            rows.append(row)
        return table(heads, rows) if rows else ""

    def document(self, machine):
        parts = ["# Benchmarks\n", INTRODUCTION, machine, "\n## Ratios\n", self.table()]
        if self.growth:
            parts += ["\n## Growth\n", GROWTH, self.growth_table()]
        if self.queries:
            parts += ["\n## Queries\n", QUERIES, self.query_table()]
        return "\n".join(parts)


def machine_description():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")),
                 platform.machine())
    memory = int(open("/proc/meminfo", encoding="utf-8").readline().split()[1]) / 1024 ** 2
    system = next((line.split("=", 1)[1].strip().strip('"') for line in open("/etc/os-release", encoding="utf-8")
                   if line.startswith("PRETTY_NAME")), "Linux")
    disk = run("df", "--output=fstype", BUILD).split()[-1]
    commit = subprocess.run(["git", "-C", str(SOURCE), "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return (f"Machine: {os.cpu_count()} × {model}, {memory:.0f} GiB, {disk}, {system}, Linux {platform.release()}. "
            f"Load at the start: {os.getloadavg()[0]:.1f}. Day: {datetime.date.today().isoformat()}. Commit: {commit or 'none'}.\n")


GROUPS = ("catalogue", "intake", "fixity", "extraction", "search", "package", "index", "forms", "http", "timing")


def compare_totals(queries):
    """A peer that finds another set would be no peer."""
    different = [f"{query}: {case['matches']} and {case['fts_matches']}" for query, cases in queries.items()
                 for case in cases.values() if case.get("fts_matches", case["matches"]) != case["matches"]]
    if different:
        print("FTS5 finds other sets: " + "; ".join(different), file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--all", action="store_true", help="also an archive of 20,000 documents")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that every case works, nothing more")
    parser.add_argument("--only", action="append", choices=GROUPS, help="run this group; may be repeated")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    if options.write and (options.quick or options.only):
        parser.error("--write needs a whole run")
    sizes = QUICK if options.quick else FULL
    archives = sizes.archives + ((20_000,) if options.all else ())
    machine = machine_description()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the archives are removed also then
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD.parent) as folder:
        bench = Bench(sizes, archives, pathlib.Path(folder))
        for name in GROUPS:
            if not options.only or name in options.only:
                bench.say(name)
                getattr(bench, name)()
        compare_totals(bench.queries)
        text = bench.document(machine)
    print(text)
    if options.write:
        (SOURCE / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)


main()
