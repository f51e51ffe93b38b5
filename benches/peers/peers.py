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
SCHEMAS = {
    "person": "Person",
    "organization": "Organization",
    "vessel": "Vessel",
    "aircraft": "Airplane",
}


def read_csv(path):
    """Rows of a CSV file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def years(birth):
    """Birth dates as FollowTheMoney has them: no `circa`, and every year of a range."""
    dates = []
    for date in filter(None, birth.split(";")):
        first, dots, last = date.lstrip("~").partition("..")
        dates += [str(y) for y in range(int(first), int(last) + 1)] if dots else [first]
    return dates


def proxy(key, kind, names, birth):
    """A FollowTheMoney entity with names and, where given, a birth date."""
    properties = {"name": names[:1], "alias": names[1:]}
    if birth:
        properties["birthDate"] = years(birth)
    return EntityProxy(model.get(SCHEMAS[kind]), {"id": key, "properties": properties})


def logic_v2(with_births):
    """nomenklatura's logic-v2: query entity against listed entity with all its names."""
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    known = {}

    def cached(side, kind, names, birth):
        # The matcher remembers names by entity id, so no id may stand for two entities.
        key = (side, kind, birth)
        if key not in known:
            birth = birth if with_births else ""
            known[key] = proxy(str(next(NUMBERS)), kind, names, birth)
        return known[key]

    def score(row, entity, names):
        kind = row["kind"]
        asked = cached(f"query {row['a']}", kind, [row["a"]], row["a_birth"])
        listed = cached(entity, kind, names, row["b_birth"])
        return algorithm.compare(asked, listed, config).score

    return score


def best_of(scorer):
    """A string scorer: the best over the entity's names, after folding."""
    folded = {}

    def score(row, entity, names):
        if entity not in folded:
            folded[entity] = [fold(n) for n in names]
        query = fold(row["a"])
        return max(scorer(query, n) for n in folded[entity])

    return score


def sorted_winkler(a, b):
    """Jaro-Winkler of the names with their tokens in alphabetical order."""
    return JaroWinkler.similarity(" ".join(sorted(a.split())), " ".join(sorted(b.split())))


PEERS = {
    "logicv2": lambda: logic_v2(with_births=False),
    "logicv2_birth": lambda: logic_v2(with_births=True),
    "token_set": lambda: best_of(fuzz.token_set_ratio),
    "token_sort": lambda: best_of(fuzz.token_sort_ratio),
    "jaro_winkler": lambda: best_of(sorted_winkler),
}


def score_peers(folder, chosen):
    """Writes `PEER.csv` (query_id, best_entity, score, truth_score) for each chosen peer."""
    truths = {}
    for file in ("queries", "typos", "script", "strangers", "orgs", "org_strangers"):
        if (folder / f"{file}.csv").exists():
            for row in read_csv(folder / f"{file}.csv"):
                truths[row["id"]] = row["truth_id"]
    taken = {}
    for name in chosen:
        score = PEERS[name]()
        start, compared = time.process_time(), 0
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["query_id", "best_entity", "score", "truth_score"])
            pairs = groupby(
                read_csv(folder / "pairs_birth.csv"), key=lambda r: r["id"].split("|")[0]
            )
            for query, rows in pairs:
                names, first = defaultdict(list), {}
                for row in rows:
                    entity = row["id"].split("|")[1]
                    first.setdefault(entity, row)
                    names[entity].append(row["b"])
                scores = {e: score(first[e], e, n) for e, n in names.items()}
                compared += len(scores)
                best = max(scores, key=lambda e: (scores[e], e))
                truth = scores.get(truths[query], "")
                out.writerow([query, best, scores[best], truth])
        taken[name] = f"{compared / (time.process_time() - start):.0f} comparisons/s"
    return taken
