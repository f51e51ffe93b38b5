"""A plain record linkage in DuckDB: three blocking rules and Jaro-Winkler of sorted names."""

import sys
from pathlib import Path

from blocking import SIMILAR, tables


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    tables(folder).execute(
        f"""copy (
            select distinct s.id as subject_id, n.id as source_id
            from s_keys s join n_keys n using (key)
            where jaro_winkler_similarity(s.name, n.name) >= {SIMILAR}
        ) to '{out}' (header, delimiter ',')"""
    )


if __name__ == "__main__":
    main()
