#!/usr/bin/env python3
"""Writes src/runtime/unicode-14.ts and test/fixtures/unicode-14.sample.json.

Needs a Python whose Unicode is 14.0.0 (CPython 3.11). Run from the root of the checkout:

    python3 scripts/generate-unicode-tables.py

The table holds the code points that are unassigned (general category Cn) in Unicode 14. The sample is this Python's view
of the encoder's text folding: a digest over every assigned code point of each 4,096 code points, and folded sequences.
"""

import json
import random
import sys
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# The white space of src/runtime/code-points.ts.
WHITE_SPACE = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF}


def base36(number):
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
        if number == 0:
            return text


def is_assigned(code):
    return unicodedata.category(chr(code)) != "Cn"


def unassigned_ranges():
    """Half-open [start, end) ranges of unassigned code points, ascending."""
    ranges = []
    start = None
    for code in range(0x110000):
        if not is_assigned(code):
            start = code if start is None else start
        elif start is not None:
            ranges.append((start, code))
            start = None
    if start is not None:
        ranges.append((start, 0x110000))
    return ranges


def fold_run(run):
    """NFKC, lower case code point by code point, NFKC again: a run of assigned code points."""
    once = unicodedata.normalize("NFKC", run)
    return unicodedata.normalize("NFKC", "".join(c.lower() for c in once))


def fold(text):
    out, run = [], []
    for char in text:
        if is_assigned(ord(char)):
            run.append(char)
        else:
            out += [fold_run("".join(run)), char]
            run = []
    folded = "".join(out) + fold_run("".join(run))
    spaced = "".join(" " if ord(c) in WHITE_SPACE else c for c in folded)
    return " ".join(word for word in spaced.split(" ") if word != "")


def fnv(hash_, code):
    return ((hash_ ^ code) * 0x01000193) & 0xFFFFFFFF


def page_digests():
    """FNV-1a over the folded form of each assigned, non-surrogate code point of a page, 0xFFFFFFFF after each."""
    digests = []
    for page in range(0, 0x110000, 4096):
        hash_ = 0x811C9DC5
        for code in range(page, page + 4096):
            if not is_assigned(code) or 0xD800 <= code <= 0xDFFF:
                continue
            for char in fold(chr(code)):
                hash_ = fnv(hash_, ord(char))
            hash_ = fnv(hash_, 0xFFFFFFFF)
        digests.append(hash_)
    return digests


def sample_sequences():
    """Sequences that mix bases, combining marks, compatibility characters and unassigned code points."""
    rng = random.Random(14)
    assigned = [c for c in range(0x20000) if is_assigned(c) and not 0xD800 <= c <= 0xDFFF]
    marks = [c for c in assigned if unicodedata.combining(chr(c))]
    bases = [c for c in assigned if unicodedata.decomposition(chr(c)) or 0x41 <= c < 0x250 or 0x1100 <= c < 0x1200]
    unassigned = [start for start, _ in unassigned_ranges() if start < 0x20000]
    pools = [(bases, 5), (marks, 4), (assigned, 2), (unassigned, 1), (sorted(WHITE_SPACE), 1)]
    weighted = [pool for pool, weight in pools for _ in range(weight)]
    rows = []
    for _ in range(400):
        text = "".join(chr(rng.choice(rng.choice(weighted))) for _ in range(rng.randint(1, 8)))
        rows.append([[ord(c) for c in text], [ord(c) for c in fold(text)]])
    return rows


def write_table(ranges):
    tokens, at = [], 0
    for start, end in ranges:
        tokens += [base36(start - at), base36(end - start)]
        at = end
    lines, line = [], ""
    for token in tokens:
        if len(line) + len(token) > 100:
            lines.append(line)
            line = ""
        line += token + " "
    lines.append(line.rstrip(" "))
    body = " +\n".join(f"  '{line}'" for line in lines)
    text = f"""/**
 * The code points that are unassigned (general category Cn) in Unicode 14.0.0, written by
 * scripts/generate-unicode-tables.py: pairs of base-36 numbers, the assigned code points skipped since the last range and
 * the length of the range. Runtimes differ in their Unicode version; what Unicode 14 does not know is left alone by all.
 */
export const UNASSIGNED_IN_UNICODE_14 =
{body};
"""
    (ROOT / "src/runtime/unicode-14.ts").write_text(text, encoding="utf-8")


def main():
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"expected Unicode 14.0.0, this Python has {unicodedata.unidata_version}: use CPython 3.11")
    ranges = unassigned_ranges()
    write_table(ranges)
    sample = {
        "ranges": len(ranges),
        "unassigned": sum(end - start for start, end in ranges),
        "pageDigests": page_digests(),
        "sequences": sample_sequences(),
    }
    path = ROOT / "test/fixtures/unicode-14.sample.json"
    path.write_text(json.dumps(sample, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
