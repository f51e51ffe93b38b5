"""The table of the benchmark: cached peers, and veilmatch run on the same files."""

import csv
import subprocess

from measure import PEERS, best_and_truth, measure, read_peer, read_queries, table
from score_eval import answers

SUBJECT_FILES = ("queries", "typos", "script", "strangers", "orgs", "org_strangers")


def run(program, *arguments):
    """Runs veilmatch; its refusal is ours."""
    subprocess.run([program, *map(str, arguments)], check=True)


def screened(program, folder, top):
    """The whole way: import the list, screen each file of queries, keep every scored candidate."""
    notices = folder / "list.parquet"
    run(program, "list", "import", folder / "list.csv", "--format", "csv", "-o", notices)
    for name in SUBJECT_FILES:
        subjects, hits = folder / f"{name}.csv", folder / f"{name}.hits.csv"
        if not subjects.exists():
            continue
        names_only = folder / f"{name}.names.csv"
        with (
            subjects.open(encoding="utf-8", newline="") as source,
            names_only.open("w", encoding="utf-8", newline="") as target,
        ):
            out = csv.DictWriter(target, ["id", "kind", "name"], extrasaction="ignore")
            out.writeheader()
            out.writerows(csv.DictReader(source))
        options = ["--list", notices, "--threshold", "0", "--top", top, "-o", hits]
        run(program, "screen", names_only, *options)
        with hits.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["subject_id"], row["source_id"], float(row["bits"])


def report(out, publishers, program):
    """Markdown for all publishers; veilmatch's two columns only where the program is given."""
    parts = []
    for name in publishers:
        folder = out / name
        queries = read_queries(folder)
        columns = {}
        if program:
            pairs = folder / "veilmatch.pairs.csv"
            run(program, "compare", "--pairs", folder / "pairs.csv", "-o", pairs)
            same = best_and_truth(answers(pairs, "bits"), queries)
            whole = best_and_truth(screened(program, folder, 30), queries)
            columns["veilmatch, same candidates"] = measure(same, queries)
            columns["veilmatch, `screen`"] = measure(whole, queries)
        for peer in PEERS:
            if (folder / f"{peer}.csv").exists():
                columns[peer] = measure(read_peer(folder / f"{peer}.csv"), queries)
        parts.append(f"### {name}\n\n{table(columns)}")
    return "\n\n".join(parts)
