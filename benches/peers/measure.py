"""Recall where a given share of strangers alert, with its interval."""

import csv
from collections import defaultdict
from math import floor, sqrt

QUERY_FILES = ("queries", "typos", "script", "strangers", "orgs", "org_strangers")
# Names-only peers whose results may stand beside, as files of the same name.
PEERS = ("logicv2", "token_set", "token_sort", "jaro_winkler")
# Rows of the report: label, set of queries, variety or None, set of strangers, their share alerted.
MEASURES = [
    ("persons, strong alias", "alias", None, "stranger", 0.01),
    ("persons, strong alias; strangers of US names only", "alias", None, "stranger:US", 0.01),
    ("persons, original script", "script", None, "stranger", 0.01),
    ("persons, typed", "variant", "typed", "stranger", 0.01),
    ("persons, shuffled", "variant", "shuffled", "stranger", 0.01),
    ("persons, re-spelled", "variant", "respelled", "stranger", 0.01),
    ("persons, all three", "variant", None, "stranger", 0.01),
    ("organisations, alias, 1 % of other firms", "org", None, "orgstranger", 0.01),
    ("organisations, alias, 10 % of other firms", "org", None, "orgstranger", 0.10),
]


def wilson(found, n, z=1.959964):
    """The 95 % interval of a share."""
    if n == 0:
        return 0.0, 1.0
    share, zz = found / n, z * z
    middle = share + zz / (2 * n)
    half = z * sqrt(share * (1 - share) / n + zz / (4 * n * n))
    return max(0.0, (middle - half) / (1 + zz / n)), min(1.0, (middle + half) / (1 + zz / n))


def read_queries(folder):
    """All queries by id."""
    found = {}
    for name in QUERY_FILES:
        path = folder / f"{name}.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                found |= {row["id"]: row for row in csv.DictReader(file)}
    return found


def read_peer(path):
    """A peer's file as {query: (best entity, best score, score of the truth)}."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            r["query_id"]: (
                r["best_entity"],
                float(r["score"]),
                float(r["truth_score"]) if r["truth_score"] else None,
            )
            for r in csv.DictReader(file)
        }


def best_and_truth(rows, queries):
    """(query, entity, score) in any order -> {query: (best entity, best score, truth's score)}."""
    scores = defaultdict(dict)
    for query, entity, score in rows:
        scores[query][entity] = max(score, scores[query].get(entity, float("-inf")))
    found = {}
    for query, by_entity in scores.items():
        best = max(by_entity, key=lambda e: (by_entity[e], e))
        found[query] = (best, by_entity[best], by_entity.get(queries[query]["truth_id"]))
    return found


def limit(scores, share):
    """The score that at most `share` of these lie above; who is above it alerts."""
    return sorted(scores, reverse=True)[floor(share * len(scores))]


def measure(results, queries):
    """Rows of (label, n, recall, low, high, share ranked first, limit); a missing score is none."""
    nothing = (None, float("-inf"), None)
    rows = []
    for label, group, variety, bait, share in MEASURES:
        asked = [
            q
            for q in queries
            if q.startswith(f"{group}-") and variety in (None, queries[q]["variety"])
        ]
        bait, _, origin = bait.partition(":")
        strangers = [
            q
            for q in queries
            if q.startswith(f"{bait}-") and queries[q]["variety"].endswith(origin)
        ]
        if not asked or not strangers:
            continue
        bar = limit([results.get(q, nothing)[1] for q in strangers], share)
        truths = {q: results.get(q, nothing) for q in asked}
        found = sum(t is not None and t > bar for _, _, t in truths.values())
        first = sum(best == queries[q]["truth_id"] for q, (best, _, _) in truths.items())
        low, high = wilson(found, len(asked))
        rows.append((label, len(asked), found / len(asked), low, high, first / len(asked), bar))
    return rows


def table(columns):
    """Markdown: one row a measure, one column a scorer; `recall (low–high) / first`."""
    labels = {label: n for rows in columns.values() for label, n, *_ in rows}
    lines = [
        "| queries | n | " + " | ".join(columns) + " |",
        "| --- | --: | " + " | ".join("---" for _ in columns) + " |",
    ]
    for label, n in labels.items():
        cells = []
        for rows in columns.values():
            row = next((r for r in rows if r[0] == label), None)
            cells.append(f"{row[2]:.3f} ({row[3]:.3f}–{row[4]:.3f})" if row else "–")
        lines.append(f"| {label} | {n} | " + " | ".join(cells) + " |")
    first = [
        f"{name} {rows[0][5]:.3f} (limit {rows[0][6]:.4g})"
        for name, rows in columns.items()
        if rows
    ]
    lines += ["", "Truth ranked first, strong alias: " + ", ".join(first) + "."]
    return "\n".join(lines)
