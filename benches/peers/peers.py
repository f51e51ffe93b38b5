"""Scores the pairs with other matchers and keeps the results as files."""

import csv
import time
from collections import defaultdict
from itertools import count, groupby

from followthemoney import model
from followthemoney.proxy import EntityProxy
from nomenklatura.matching import get_algorithm
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from lists import fold

NUMBERS = count()
SCHEMAS = {"person": "Person", "organization": "Organization"}


def read_csv(path):
    """Rows of a CSV file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def proxy(key, kind, names):
    """A FollowTheMoney entity with nothing but names."""
    properties = {"name": names[:1], "alias": names[1:]}
    return EntityProxy(model.get(SCHEMAS[kind]), {"id": key, "properties": properties})


def logic_v2():
    """nomenklatura's logic-v2: query entity against listed entity with all its names."""
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    known = {}

    def cached(name, kind, names):
        # The matcher remembers names by entity id, so no id may stand for two entities.
        if (name, kind) not in known:
            known[name, kind] = proxy(str(next(NUMBERS)), kind, names)
        return known[name, kind]

    def score(query, kind, entity, names):
        asked = cached(f"query {query}", kind, [query])
        return algorithm.compare(asked, cached(entity, kind, names), config).score

    return score


def best_of(scorer):
    """A string scorer: the best over the entity's names, after folding."""
    folded = {}

    def score(query, _kind, entity, names):
        if entity not in folded:
            folded[entity] = [fold(n) for n in names]
        return max(scorer(fold(query), n) for n in folded[entity])

    return score


def sorted_winkler(a, b):
    """Jaro-Winkler of the names with their tokens in alphabetical order."""
    return JaroWinkler.similarity(" ".join(sorted(a.split())), " ".join(sorted(b.split())))


PEERS = {
    "logicv2": logic_v2,
    "token_set": lambda: best_of(fuzz.token_set_ratio),
    "token_sort": lambda: best_of(fuzz.token_sort_ratio),
    "jaro_winkler": lambda: best_of(sorted_winkler),
}


def score_peers(folder):
    """Writes `PEER.csv` (query_id, best_entity, score, truth_score) for each peer."""
    truths = {}
    for file in ("queries", "typos", "script", "strangers", "orgs", "org_strangers"):
        if (folder / f"{file}.csv").exists():
            for row in read_csv(folder / f"{file}.csv"):
                truths[row["id"]] = row["truth_id"]
    taken = {}
    for name, make in PEERS.items():
        score = make()
        start, compared = time.process_time(), 0
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["query_id", "best_entity", "score", "truth_score"])
            pairs = groupby(read_csv(folder / "pairs.csv"), key=lambda r: r["id"].split("|")[0])
            for query, rows in pairs:
                names, first = defaultdict(list), None
                for row in rows:
                    first = first or row
                    names[row["id"].split("|")[1]].append(row["b"])
                scores = {e: score(first["a"], first["kind"], e, n) for e, n in names.items()}
                compared += len(scores)
                best = max(scores, key=lambda e: (scores[e], e))
                truth = scores.get(truths[query], "")
                out.writerow([query, best, scores[best], truth])
        taken[name] = f"{compared / (time.process_time() - start):.0f} comparisons/s"
    return taken
