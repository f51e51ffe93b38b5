"""What `veilmatch compare --pairs` answered, as recall where 1 % of strangers alert.

    veilmatch compare --pairs /tmp/bench/ofac/pairs.csv -o /tmp/bench/ofac/out.csv
    python score_eval.py --bench /tmp/bench/ofac --pairs-out /tmp/bench/ofac/out.csv

Needs the standard library only. `--missed N` lists the N worst misses and `--alerts N` the N
highest strangers, for the eyes of whoever tunes the score: real names, never to be committed.
"""

import argparse
import csv
from pathlib import Path

from measure import (
    PEERS,
    best_and_truth,
    limit,
    measure,
    read_peer,
    read_queries,
    table,
)


def answers(path, column):
    """(query, entity, score) of each answered pair; ids are `query|entity|name`."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            query, entity, _ = row["id"].split("|")
            if row[column]:
                yield query, entity, float(row[column])


def show(title, rows):
    """A list for reading by eye."""
    print(f"\n{title}")
    for row in rows:
        print("  " + " | ".join(str(cell) for cell in row))


def main():
    """Prints the table, with the cached peers beside."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--pairs-out", type=Path, required=True)
    parser.add_argument("--births", action="store_true", help="the answer to pairs_birth.csv")
    parser.add_argument("--column", default="bits", choices=["bits", "score"])
    parser.add_argument("--set", default="alias", help="set of queries for --missed")
    parser.add_argument("--missed", type=int, default=0)
    parser.add_argument("--alerts", type=int, default=0)
    chosen = parser.parse_args()

    queries = read_queries(chosen.bench)
    results = best_and_truth(answers(chosen.pairs_out, chosen.column), queries)
    columns = {"veilmatch": measure(results, queries)}
    for peer in ("logicv2_birth",) if chosen.births else PEERS:
        if (chosen.bench / f"{peer}.csv").exists():
            columns[peer] = measure(read_peer(chosen.bench / f"{peer}.csv"), queries)
    print(table(columns))

    if not chosen.missed and not chosen.alerts:
        return
    with (chosen.bench / "list.csv").open(encoding="utf-8", newline="") as file:
        listed = {r["id"]: f"{r['name']};{r['alias']}" for r in csv.DictReader(file)}
    strangers = [q for q in results if q.startswith("stranger-")]
    bar = limit([results[q][1] for q in strangers], 0.01)
    if chosen.missed:
        low = [
            (f"{truth:.2f}", queries[q]["name"], listed[queries[q]["truth_id"]])
            for q, (_, _, truth) in results.items()
            if q.startswith(f"{chosen.set}-") and truth is not None and truth <= bar
        ]
        low.sort(key=lambda row: -float(row[0]))
        show(f"missed (limit {bar:.2f}), nearest to the limit first", low[: chosen.missed])
    if chosen.alerts:
        top = sorted(strangers, key=lambda q: -results[q][1])[: chosen.alerts]
        rows = [(f"{results[q][1]:.2f}", queries[q]["name"], listed[results[q][0]]) for q in top]
        show("highest strangers", rows)


if __name__ == "__main__":
    main()
