"""Splink on DuckDB as its tutorial does: blocking rules, comparisons, a model trained on the data.

One record a name, with the blocking rules of `blocking.py`. Compared are the first and the last
word in the order of the alphabet, the birth date and the kind, by Splink's own comparisons with
their own levels. u comes from random pairs, m from expectation maximisation. A pair is kept from a
match probability of 0.5 on.
"""

import sys
from pathlib import Path

import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from blocking import RULES, tables

PROBABLE = 0.5
# Guess of the share of true pairs with equal names and birth dates: half lack a full birth date.
EQUAL = 0.3


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    base = tables(folder)
    database = DuckDBAPI(connection=base)
    records = []
    for table in ("s", "n"):
        base.execute(f"create table {table}_records as select rowid as unique_id, * from {table}")
        records.append(database.register(f"{table}_records"))
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on(rule) for rule in RULES],
        comparisons=[
            cl.NameComparison("first"),
            cl.NameComparison("last"),
            cl.DateOfBirthComparison("birth", input_is_string=True),
            cl.ExactMatch("kind"),
        ],
        additional_columns_to_retain=["id"],
    )
    linker = Linker(records, settings, log_level=None)
    train = linker.training
    train.estimate_probability_two_random_records_match([block_on("name", "birth")], recall=EQUAL)
    train.estimate_u_using_random_sampling(max_pairs=1e7, seed=7)
    for rule in (block_on("birth"), block_on("first", "last")):
        train.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=PROBABLE)
    base.execute(
        f"""copy (select distinct id_l as subject_id, id_r as source_id
            from {found.physical_name}) to '{out}' (header, delimiter ',')"""
    )


if __name__ == "__main__":
    main()
