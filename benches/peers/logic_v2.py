"""nomenklatura's logic-v2 on the pairs that the blocking rules of `blocking.py` find.

It scores about a thousand pairs a second, so only the first subjects are asked. Records of unlike
kind are not compared. A pair is kept from a score of 0.7 on, the default of OpenSanctions' service.
"""

import csv
import sys
from itertools import islice
from pathlib import Path

from blocking import NAME_FIELDS, tables
from peers import PEERS, read_csv

SIMILAR = 0.7


def main():
    folder, out, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    subjects = {row["id"]: row for row in islice(read_csv(folder / "subjects.csv"), count)}
    notices = {row["id"]: row for row in read_csv(folder / "notices.csv")}
    pairs = tables(folder).execute(
        """select distinct s.id, n.id from s_keys s join n_keys n using (key)
        where s.id in (select unnest(?)) order by all""",
        [list(subjects)],
    )
    score = PEERS["logicv2_birth"]()
    with out.open("w", encoding="utf-8", newline="") as file:
        found = csv.writer(file)
        found.writerow(["subject_id", "source_id"])
        for subject_id, source_id in pairs.fetchall():
            subject, notice = subjects[subject_id], notices[source_id]
            if subject["kind"] != notice["kind"]:
                continue
            births = {"a_birth": subject["birth_date"], "b_birth": notice["birth_date"]}
            pair = {"a": subject["name"], "kind": subject["kind"]} | births
            names = [name for f in NAME_FIELDS for name in notice[f].split(";") if name]
            if score(pair, source_id, names) >= SIMILAR:
                found.writerow([subject_id, source_id])


if __name__ == "__main__":
    main()
