# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/benchmarks.md says of itself, and how its figures and tables are written."""

INTRODUCTION = """\
Written by `./dev bench --write`. Every ratio is ours against a named peer, taken in turns inside one run: the ratio is the median over
the rounds of the peer's time divided by ours, so 2 means twice as fast and 0.5 half as fast; rows with ≤ say in their words what is
divided. Five rounds or more, except where a turn takes more than ten seconds (three): the last column has the number. Rows without a bar
are there to read the row above them fairly. Absolute times are of this machine and no promise; the sources are in `tests/bench`.
"""
GROWTH = """\
Invented documents of `vtlt-demo` (PDF, DOCX, HTML, TXT), the same seed. Times are medians over the queries below, inside one process,
warm; `vtlt search` is the whole command. Resident memory is the peak of the largest process, mapped index pages included.
"""
QUERIES = """\
FTS5 holds the folded texts of the same documents, so that it finds the same sets (the bench compares the totals); it has no fields.
"""


def show(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.0f} µs"


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
