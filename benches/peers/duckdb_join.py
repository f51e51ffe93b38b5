"""A plain record linkage in DuckDB: three blocking rules and Jaro-Winkler of sorted names.

Block by the beginnings of the first and the last word in the order of the alphabet, by year of birth
and beginning of the longest word, and by the day of birth. A pair is kept from a similarity of 0.88 on.
"""

import sys
from pathlib import Path

import duckdb

SIMILAR = 0.88

# Names as words without marks, in the order of the alphabet; one row a name.
NAMES = """
create table {table} as
with folded as (
    select id, birth_date as birth,
        list_sort(list_filter(
            string_split(regexp_replace(lower(strip_accents(name)), '[^a-z0-9]+', ' ', 'g'), ' '),
            word -> word <> '')) as words
    from (select id, birth_date, unnest(string_split({names}, ';')) as name
          from read_csv('{file}', all_varchar = true, header = true)))
select id, birth, array_to_string(words, ' ') as name, words,
    list_reduce(words, (a, b) -> case when length(b) > length(a) then b else a end) as longest
from folded where len(words) > 0;
create table {table}_keys as
select distinct id, name, key from (
    select id, name, unnest([
        'w' || left(words[1], 4) || '|' || left(words[-1], 4),
        'y' || left(birth, 4) || left(longest, 3),
        'd' || case when length(birth) = 10 then birth end]) as key
    from {table}) where key is not null;
"""


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    base = duckdb.connect()
    fields = ["name", "alias", "weak_alias", "former_name", "original_name"]
    aliases = "concat_ws(';', " + ", ".join(fields) + ")"
    for table, file, names in (("s", "subjects.csv", "name"), ("n", "notices.csv", aliases)):
        base.execute(NAMES.format(table=table, names=names, file=folder / file))
    base.execute(
        f"""copy (
            select distinct s.id as subject_id, n.id as source_id
            from s_keys s join n_keys n using (key)
            where jaro_winkler_similarity(s.name, n.name) >= {SIMILAR}
        ) to '{out}' (header, delimiter ',')"""
    )


if __name__ == "__main__":
    main()
