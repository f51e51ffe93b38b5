"""The alias benchmark: real aliases taken off real lists and searched for, beside other matchers.

    python alias_benchmark.py build   --lists ../shared/data/lists --out /tmp/bench
    python alias_benchmark.py peers   --out /tmp/bench
    python alias_benchmark.py report  --out /tmp/bench [--veilmatch target/release/veilmatch]

Nothing that it writes may be committed: the files name real people. See README.md.
"""

import argparse
from pathlib import Path

import lists
from build import build
from peers import PEERS, score_peers
from report import report

PUBLISHERS = {"ofac": lists.ofac, "un": lists.un}


def options():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["build", "peers", "report"])
    parser.add_argument("--out", type=Path, required=True, help="folder for the benchmark")
    parser.add_argument("--lists", type=Path, help="folder with the published lists")
    parser.add_argument("--strangers", type=Path, help="CSV of invented people on no list")
    parser.add_argument("--seed", default="veilmatch-alias-1")
    parser.add_argument("--aliases", type=int, default=1000, help="persons' aliases a list")
    parser.add_argument("--orgs", type=int, default=600, help="organisations' aliases a list")
    parser.add_argument("--variants", type=int, default=200, help="of each kind and list")
    parser.add_argument("--stranger-count", type=int, default=4000)
    parser.add_argument("--candidates", type=int, default=30, help="entities a query")
    parser.add_argument("--only", nargs="+", choices=PEERS, help="peers to score; default all")
    parser.add_argument("--veilmatch", type=Path, help="the program, to measure it as well")
    return parser.parse_args()


def main():
    """Runs one step for each publisher."""
    chosen = options()
    for name, read in PUBLISHERS.items():
        folder = chosen.out / name
        if chosen.step == "build":
            print(name, build(read, chosen.lists, folder, chosen))
        elif chosen.step == "peers":
            print(name, score_peers(folder, chosen.only or PEERS))
    if chosen.step == "report":
        print(report(chosen.out, list(PUBLISHERS), chosen.veilmatch))


if __name__ == "__main__":
    main()
