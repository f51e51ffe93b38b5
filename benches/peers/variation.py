"""logic-v2 on the files of `veilmatch evaluate variation --write DIR`, one table for both.

    veilmatch evaluate variation --write /tmp/variation
    python variation.py --dir /tmp/variation

All people in these files are invented. The peer scores the nearest entities by ASCII trigrams, the
true one always among them, so that its figures are the scorer's and not a search engine's;
veilmatch went its whole way over the whole list, keys included. Each has its own limit, above which
5 of 100 near misses alert.
"""

import argparse
from collections import namedtuple
from pathlib import Path

from candidates import Nearest
from measure import limit, wilson
from peers import PEERS, read_csv

Entity = namedtuple("Entity", "id names")
NEAR_SHARE = 0.05


def ask(score, row, near, listed):
    """Best score, and whether the person that the copy was made of has it; of equals the first id."""
    scores = {
        e: score({"a": row["name"], "kind": "person", "a_birth": "", "b_birth": ""}, e, [listed[e]])
        for e in near
    }
    best = max(scores.values(), default=float("-inf"))
    first = min((e for e, s in scores.items() if s == best), default="")
    return best, first == row["listed_id"]


def answers(folder, peer, count):
    """{id of a copy or near miss: (best score, is first)}."""
    listed = {row["id"]: row["name"] for row in read_csv(folder / "list.csv")}
    entities = [Entity(key, [name]) for key, name in listed.items()]
    nearest = Nearest(entities)
    score = PEERS[peer]()
    found = {}
    for file in ("copies", "near"):
        rows = list(read_csv(folder / f"{file}.csv"))
        tops = nearest.top([row["name"] for row in rows], count)
        for row, top in zip(rows, tops, strict=True):
            near = {entities[at].id for at in top} | {row["listed_id"]}
            found[row["id"]] = ask(score, row, sorted(near), listed)
    return found


def own_answers(folder):
    """The same of veilmatch, from the file beside."""
    return {
        row["id"]: (float(row["best_bits"]), row["is_first"] == "1")
        for row in read_csv(folder / "veilmatch.csv")
    }


def cells(found, ids, bar):
    """Share ranked first and above the limit, with its interval."""
    first = sum(found[i][1] and found[i][0] > bar for i in ids)
    low, high = wilson(first, len(ids))
    return f"{first / len(ids):.3f} ({low:.3f}–{high:.3f})"


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--peer", action="append", choices=sorted(PEERS))
    parser.add_argument("--nearest", type=int, default=30)
    chosen = parser.parse_args()
    columns = {"veilmatch": own_answers(chosen.dir)}
    for peer in chosen.peer or ["logicv2"]:
        columns[peer] = answers(chosen.dir, peer, chosen.nearest)
    families = {}
    for row in read_csv(chosen.dir / "copies.csv"):
        families.setdefault((row["family"], row["manner"]), []).append(row["id"])
    near = [row["id"] for row in read_csv(chosen.dir / "near.csv")]
    bars = {name: limit([f[i][0] for i in near], NEAR_SHARE) for name, f in columns.items()}
    print("| family | manner | copies | " + " | ".join(columns) + " |")
    print("| --- | --- | --: | " + " | ".join("---" for _ in columns) + " |")
    families[("all", "")] = [i for ids in families.values() for i in ids]
    for (family, manner), ids in families.items():
        row = [cells(found, ids, bars[name]) for name, found in columns.items()]
        print(f"| {family} | {manner} | {len(ids)} | " + " | ".join(row) + " |")
    limits = ", ".join(f"{name} {bar:.4g}" for name, bar in bars.items())
    print(f"\nLimits, at which 5 % of {len(near)} near misses alert: {limits}.")


if __name__ == "__main__":
    main()
