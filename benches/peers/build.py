"""Writes the benchmark: the list without one alias of each entity, the queries, the pairs."""

import csv
import random
from hashlib import blake2b

from rapidfuzz import fuzz, process

import variants
from candidates import Nearest
from lists import core, is_latin, other_firms
from strangers import read_or_invent

SUBJECT_COLUMNS = ["id", "kind", "name", "birth_date", "truth_id", "variety"]
# The sets of queries, with the file each stands in.
FILES = {
    "alias": "queries.csv",
    "variant": "typos.csv",
    "script": "script.csv",
    "stranger": "strangers.csv",
    "org": "orgs.csv",
    "orgstranger": "org_strangers.csv",
}


def rank(seed, *parts):
    """A number that depends on nothing but its arguments: sampling without a random state."""
    return blake2b("\0".join([str(seed), *parts]).encode(), digest_size=8).digest()


def sample(items, count, seed):
    """`count` items, chosen and ordered by the hash of their first field."""
    return sorted(items, key=lambda item: rank(seed, item[0].id))[:count]


def take_aliases(entities, seed):
    """Takes one plain Latin alias off each entity that has another name; returns what was taken."""
    taken = []
    for entity in entities:
        plain = [
            n
            for n in entity.names[1:]
            if is_latin(n) and " " in n and not any(c.isdigit() or c in '()[]"/' for c in n)
        ]
        if plain:
            alias = min(plain, key=lambda n: rank(seed, entity.id, n))
            entity.names.remove(alias)
            taken.append((entity, alias))
    return taken


def queries(entities, folder, options):
    """All sets of queries: rows in the subject format."""
    seed = options.seed
    sets = {name: [] for name in FILES}

    def add(group, kind, name, entity=None, birth="", variety=""):
        number = len(sets[group])
        sets[group].append(
            {
                "id": f"{group}-{number:05}",
                "kind": kind,
                "name": name,
                "birth_date": birth,
                "truth_id": entity.id if entity else "",
                "variety": variety,
            }
        )

    taken = take_aliases(entities, seed)
    persons = [t for t in taken if t[0].kind == "person"]
    for entity, alias in sample(persons, options.aliases, seed):
        add("alias", "person", alias, entity, entity.birth_date)
    for entity, alias in sample([t for t in taken if t[0].kind != "person"], options.orgs, seed):
        add("org", "organization", alias, entity)

    draw = random.Random(seed)
    people = [(e, e.names[0]) for e in entities if e.kind == "person"]
    for kind in variants.KINDS:
        made = 0
        for entity, name in sample(people, len(people), f"{seed}{kind}"):
            changed = variants.variant(name, kind, draw)
            if changed and made < options.variants:
                add("variant", "person", changed, entity, entity.birth_date, kind)
                made += 1
    for entity, _ in people:
        for name in entity.script_names:
            if not is_latin(name):
                add("script", "person", name, entity, entity.birth_date)

    for row in read_or_invent(options.strangers, options.stranger_count, seed):
        origin = row.get("origin", "")
        add("stranger", "person", row["name"], None, row.get("birth_date", ""), origin)
    listed = [core(n) for e in entities for n in e.names]
    firms = sorted(other_firms(folder), key=lambda n: rank(seed, n))
    for name in firms:
        if len(sets["orgstranger"]) >= options.orgs:
            break
        if process.extractOne(core(name), listed, scorer=fuzz.token_sort_ratio, score_cutoff=90):
            continue
        add("orgstranger", "organization", name)
    return sets


def write_csv(path, columns, rows):
    """One CSV file; rows are dictionaries."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def build(read, folder, out, options):
    """Writes list, queries and pairs of one publisher under `out`."""
    out.mkdir(parents=True, exist_ok=True)
    entities = read(folder)
    sets = queries(entities, folder, options)
    for group, file in FILES.items():
        if sets[group]:
            write_csv(out / file, SUBJECT_COLUMNS, sets[group])
    write_csv(
        out / "list.csv",
        ["id", "kind", "name", "alias", "birth_date"],
        (
            {
                "id": e.id,
                "kind": e.kind,
                "name": e.names[0],
                "alias": ";".join(n.replace(";", ",") for n in e.names[1:]),
                "birth_date": e.birth_date,
            }
            for e in entities
        ),
    )
    pairs = []
    for kind in ("person", "organization"):
        near = Nearest([e for e in entities if e.kind == kind])
        asked = [q for rows in sets.values() for q in rows if q["kind"] == kind]
        place = {e.id: i for i, e in enumerate(near.entities)}
        for query, top in zip(asked, near.top([q["name"] for q in asked], options.candidates)):
            truth = place.get(query["truth_id"])
            if truth is not None and truth not in top:
                top[-1] = truth
            for e in top:
                entity = near.entities[e]
                for n, name in enumerate(entity.names):
                    row = {"id": f"{query['id']}|{entity.id}|{n}", "a": query["name"], "b": name}
                    row |= {"kind": kind, "a_birth": "", "b_birth": ""}
                    pairs.append(row)
    write_csv(out / "pairs.csv", ["id", "a", "b", "kind", "a_birth", "b_birth"], pairs)
    births = {e.id: e.birth_date for e in entities} | {
        q["id"]: q["birth_date"] for rows in sets.values() for q in rows
    }
    for row in pairs:
        query, entity, _ = row["id"].split("|")
        row |= {"a_birth": births[query], "b_birth": births[entity]}
    write_csv(out / "pairs_birth.csv", ["id", "a", "b", "kind", "a_birth", "b_birth"], pairs)
    return {group: len(rows) for group, rows in sets.items()} | {
        "entities": len(entities),
        "pairs": len(pairs),
    }
