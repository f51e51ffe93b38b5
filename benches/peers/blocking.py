"""Names and blocking rules of the peers of `scale.py`, as tables of DuckDB.

Block by the beginnings of the first and the last word in the order of the alphabet, by year of
birth and beginning of the longest word, and by the day of birth.
"""

# Where a notice has names; several in one field stand between `;`.
NAME_FIELDS = ["name", "alias", "weak_alias", "former_name", "original_name"]
RULES = ["by_words", "by_year", "by_day"]
# From here on a name is similar by Jaro-Winkler, where a peer has no model of its own.
SIMILAR = 0.88

# Names as words without marks, in the order of the alphabet; one row a name.
NAMES = """
create table {table} as
with folded as (
    select id, kind, birth_date as birth,
        list_sort(list_filter(
            string_split(regexp_replace(lower(strip_accents(name)), '[^a-z0-9]+', ' ', 'g'), ' '),
            word -> word <> '')) as words
    from (select id, kind, birth_date, unnest(string_split({names}, ';')) as name
          from read_csv('{file}', all_varchar = true, header = true))),
named as (
    select *,
        list_reduce(words, (a, b) -> case when length(b) > length(a) then b else a end) as longest
    from folded where len(words) > 0)
select id, kind, birth, array_to_string(words, ' ') as name, words[1] as first, words[-1] as last,
    'w' || left(first, 4) || '|' || left(last, 4) as by_words,
    'y' || left(birth, 4) || left(longest, 3) as by_year,
    'd' || case when length(birth) = 10 then birth end as by_day
from named;
create table {table}_keys as
select distinct id, name, key from (select id, name, unnest([{rules}]) as key from {table})
where key is not null;
"""


def tables(folder):
    """Subjects as `s` and notices as `n`, one row a name, their keys as `s_keys` and `n_keys`."""
    import duckdb  # Only here: the peer in polars does without.

    base = duckdb.connect()
    names = "concat_ws(';', " + ", ".join(NAME_FIELDS) + ")"
    for table, file, names in (("s", "subjects.csv", "name"), ("n", "notices.csv", names)):
        file = folder / file
        base.execute(NAMES.format(table=table, names=names, file=file, rules=", ".join(RULES)))
    return base
