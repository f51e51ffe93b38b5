"""The blocking rules of `blocking.py` in polars, Jaro-Winkler of sorted names in rapidfuzz."""

import sys
from pathlib import Path

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from blocking import NAME_FIELDS, SIMILAR

# Pairs compared at once: they leave polars as lists of Python strings.
CHUNK = 1_000_000


def keys(file, fields):
    """One row for each name and each of its keys."""
    words = pl.col("words")
    first, last = words.list.first().str.slice(0, 4), words.list.last().str.slice(0, 4)
    length = pl.element().str.len_bytes()
    longest = words.list.eval(pl.element().filter(length == length.max())).list.first()
    birth = pl.col("birth_date")
    rules = [
        "w" + first + "|" + last,
        "y" + birth.str.slice(0, 4) + longest.str.slice(0, 3),
        "d" + pl.when(birth.str.len_bytes() == 10).then(birth),
    ]
    names = pl.concat_str(fields, separator=";", ignore_nulls=True).str.split(";")
    return (
        pl.scan_csv(file, infer_schema=False)
        .select("id", "birth_date", name=names)
        .explode("name")
        .with_columns(
            words=pl.col("name").str.to_lowercase().str.extract_all("[a-z0-9]+").list.sort()
        )
        .filter(words.list.len() > 0)
        .select("id", name=words.list.join(" "), key=pl.concat_list(rules))
        .explode("key")
        .drop_nulls("key")
        .unique()
    )


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    subjects = keys(folder / "subjects.csv", ["name"])
    notices = keys(folder / "notices.csv", NAME_FIELDS)
    pairs = subjects.join(notices, on="key", suffix="_notice").collect()
    similar = []
    for chunk in pairs.iter_slices(CHUNK):
        names = chunk["name"].to_list(), chunk["name_notice"].to_list()
        scores = process.cpdist(*names, scorer=JaroWinkler.similarity, workers=-1)
        similar.append(chunk.filter(pl.Series(scores) >= SIMILAR))
    found = pl.concat(similar).select(subject_id="id", source_id="id_notice")
    found.unique().write_csv(out)


if __name__ == "__main__":
    main()
