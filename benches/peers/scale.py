"""veilmatch and DuckDB on the same invented files, in one run: time, memory and recall by size."""

import argparse
import csv
import os
import subprocess
import sys
import time
from pathlib import Path

from anyascii import anyascii

HERE = Path(__file__).parent
COLUMNS = ["size", "run", "wall s", "CPU s", "peak MB", "pairs", "recall", "subjects/s"]


def measured(*command):
    """Runs a command; wall seconds, CPU seconds and peak megabytes of it alone."""
    start = time.monotonic()
    with subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    # 20: rows of the subject file that were not screened; synthetic files have none.
    if child.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {child.returncode}")
    wall = time.monotonic() - start
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def pairs(path, subject, notice):
    with path.open(encoding="utf-8", newline="") as file:
        return {(row[subject], row[notice]) for row in csv.DictReader(file)}


def folded(source, target):
    """The same table in ASCII letters: DuckDB knows no scripts, and does not pay for this."""
    with (
        source.open(encoding="utf-8", newline="") as file,
        target.open("w", encoding="ascii", newline="") as out,
    ):
        csv.writer(out).writerows([anyascii(cell) for cell in cells] for cells in csv.reader(file))


def row(size, name, figures, found=None, truth=None):
    wall, cpu, peak = figures
    cells = [f"{size:,}", name, f"{wall:.1f}", f"{cpu:.1f}", f"{peak:,.0f}"]
    if found is None:
        cells += ["", "", ""]
    else:
        recall = len(found & truth) / len(truth)
        cells += [f"{len(found):,}", f"{recall:.3f}", f"{size / wall:,.0f}"]
    print("| " + " | ".join(cells) + " |", flush=True)


def one_size(program, folder, subjects, notices, options):
    folder.mkdir(parents=True, exist_ok=True)
    seed = ["--seed", "7"]
    sizes = ["--subjects", subjects, "--notices", notices]
    subprocess.run([program, "synth", *map(str, sizes), *seed, "-o", folder], check=True)
    (folder / "secret").write_text("0123456789abcdef0123456789abcdef", encoding="ascii")
    truth = pairs(folder / "truth.csv", "subject_id", "source_id")
    files = {name: folder / name for name in ("notices.csv", "notices.parquet", "notices.vmx")}
    raw, parquet, index = files.values()
    secret = ["--secret-file", folder / "secret"]
    row(subjects, "list import", measured(program, "list", "import", raw, "-o", parquet))
    row(subjects, "list index", measured(program, "list", "index", parquet, *secret, "-o", index))
    for name, source in (("Parquet", parquet), ("index", index)):
        hits = folder / "hits.csv"
        arguments = ["screen", folder / "subjects.csv", "--list", source, *secret, "-o", hits]
        figures = measured(program, *arguments, *options)
        found = pairs(hits, "subject_id", "source_id")
        row(subjects, f"screen, {name}", figures, found, truth)
    peer = folder / "ascii"
    peer.mkdir(exist_ok=True)
    for name in ("subjects.csv", "notices.csv"):
        folded(folder / name, peer / name)
    out = folder / "duckdb.csv"
    figures = measured(sys.executable, HERE / "duckdb_join.py", peer, out)
    row(subjects, "DuckDB", figures, pairs(out, "subject_id", "source_id"), truth)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--veilmatch", type=Path, required=True, help="the release program")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--notices", type=int, help="notices, where not as many as subjects")
    parser.add_argument("--memory", default="4G", help="limit that `screen` stays within")
    arguments = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |")
    print("| " + " | ".join("--:" if c not in ("run",) else "---" for c in COLUMNS) + " |")
    program = arguments.veilmatch.resolve()
    options = ["--as-of", "2026-01-01", "--memory", arguments.memory]
    for size in arguments.sizes:
        notices = arguments.notices or size
        one_size(program, arguments.out / f"{size}x{notices}", size, notices, options)


if __name__ == "__main__":
    main()
