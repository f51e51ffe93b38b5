"""veilmatch and peers on the same invented files, in one run: time, memory and recall by size.

After the runs of a size come the ratios: CPU seconds a subject over those of `screen, Parquet`, and
recall minus its recall among the true pairs of the same subjects.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from anyascii import anyascii

HERE = Path(__file__).parent
COLUMNS = ["size", "run", "wall s", "CPU s", "peak MB", "pairs", "recall", "subjects/s"]
RATIOS = ["size", "run", "CPU ratio", "recall difference"]

Peer = namedtuple("Peer", "name script packages")
PEERS = {
    "duckdb": Peer("DuckDB", "duckdb_join.py", ["duckdb"]),
    "splink": Peer("Splink", "splink_link.py", ["duckdb", "splink"]),
    "polars": Peer("polars + rapidfuzz", "polars_rapidfuzz.py", ["polars", "rapidfuzz"]),
    "logic-v2": Peer("logic-v2", "logic_v2.py", ["duckdb", "nomenklatura"]),
}


def measured(*command):
    """Runs a command; wall seconds, CPU seconds and peak megabytes of it alone."""
    command = [str(part) for part in command]
    start = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors) as child:
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        # 20: rows of the subject file that were not screened; synthetic files have none.
        if child.returncode != 0:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{said}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def pairs(path, subject, notice):
    with path.open(encoding="utf-8", newline="") as file:
        return {(row[subject], row[notice]) for row in csv.DictReader(file)}


def folded(source, target):
    """The same table in ASCII letters: the peers know no scripts, and do not pay for this."""
    with (
        source.open(encoding="utf-8", newline="") as file,
        target.open("w", encoding="ascii", newline="") as out,
    ):
        csv.writer(out).writerows([anyascii(cell) for cell in cells] for cells in csv.reader(file))


def head(columns):
    print("\n| " + " | ".join(columns) + " |")
    print("| " + " | ".join("---" if c == "run" else "--:" for c in columns) + " |")


def recall(found, truth):
    return len(found & truth) / len(truth) if truth else float("nan")


def row(size, name, figures, found=None, truth=None, asked=None):
    wall, cpu, peak = figures
    cells = [f"{size:,}", name, f"{wall:.1f}", f"{cpu:.1f}", f"{peak:,.0f}"]
    if found is None:
        cells += ["", "", ""]
    else:
        speed = (asked or size) / wall
        cells += [f"{len(found):,}", f"{recall(found, truth):.3f}", f"{speed:,.0f}"]
    print("| " + " | ".join(cells) + " |", flush=True)


def first_ids(path, count):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in islice(csv.DictReader(file), count)}


def beside(peers, folder, size, own_cpu, own_found, truth, asked):
    """Runs the peers and prints their rows, then the ratios to our own run."""
    plain = folder / "ascii"
    plain.mkdir(exist_ok=True)
    for name in ("subjects.csv", "notices.csv"):
        folded(folder / name, plain / name)
    ratios = []
    for key in peers:
        name, script, _ = PEERS[key]
        out = folder / f"{key}.csv"
        command = [sys.executable, HERE / script, plain, out]
        count, true = size, truth
        if key == "logic-v2":
            count = min(asked, size)
            command.append(count)
        if count < size:
            name += f", first {count:,} subjects alone"
            ids = first_ids(folder / "subjects.csv", count)
            true = {pair for pair in truth if pair[0] in ids}
        figures = measured(*command)
        found = pairs(out, "subject_id", "source_id")
        row(size, name, figures, found, true, count)
        ratio = (figures[1] / count) / (own_cpu / size)
        difference = recall(found, true) - recall(own_found, true)
        ratios.append([f"{size:,}", name, f"{ratio:.2f}", f"{difference:+.3f}"])
    head(RATIOS)
    for cells in ratios:
        print("| " + " | ".join(cells) + " |", flush=True)


def one_size(program, folder, subjects, notices, options, peers, asked):
    folder.mkdir(parents=True, exist_ok=True)
    seed = ["--seed", "7"]
    sizes = ["--subjects", subjects, "--notices", notices]
    subprocess.run([program, "synth", *map(str, sizes), *seed, "-o", folder], check=True)
    (folder / "secret").write_text("0123456789abcdef0123456789abcdef", encoding="ascii")
    truth = pairs(folder / "truth.csv", "subject_id", "source_id")
    files = {name: folder / name for name in ("notices.csv", "notices.parquet", "notices.vmx")}
    raw, parquet, index = files.values()
    secret = ["--secret-file", folder / "secret"]
    head(COLUMNS)
    row(subjects, "list import", measured(program, "list", "import", raw, "-o", parquet))
    row(subjects, "list index", measured(program, "list", "index", parquet, *secret, "-o", index))
    runs = {}
    for name, source in (("Parquet", parquet), ("index", index)):
        hits = folder / "hits.csv"
        arguments = ["screen", folder / "subjects.csv", "--list", source, *secret, "-o", hits]
        figures = measured(program, *arguments, *options)
        found = pairs(hits, "subject_id", "source_id")
        # The true ones alone: what this process holds counts as memory of those it starts.
        runs[name] = figures[1], found & truth
        row(subjects, f"screen, {name}", figures, found, truth)
    del found
    beside(peers, folder, subjects, *runs["Parquet"], truth, asked)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--veilmatch", type=Path, required=True, help="the release program")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--notices", type=int, help="notices, where not as many as subjects")
    parser.add_argument("--memory", default="4G", help="limit that `screen` stays within")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument(
        "--logic-v2-subjects", type=int, default=10_000, help="how many of them logic-v2 is asked"
    )
    arguments = parser.parse_args()
    packages = {package for peer in arguments.peers for package in PEERS[peer].packages}
    missing = sorted(package for package in packages if not find_spec(package))
    if missing:
        parser.error(f"not installed, see requirements.txt: {', '.join(missing)}")
    program = arguments.veilmatch.resolve()
    options = ["--as-of", "2026-01-01", "--memory", arguments.memory]
    for size in arguments.sizes:
        notices = arguments.notices or size
        folder = arguments.out / f"{size}x{notices}"
        chosen = arguments.peers, arguments.logic_v2_subjects
        one_size(program, folder, size, notices, options, *chosen)


if __name__ == "__main__":
    main()
