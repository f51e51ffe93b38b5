#!/usr/bin/env python3
"""Writes src/learn/frequency-sources.tsv.gz, the flat source of the name frequencies.

Reads the installed packages `names` 0.3.0 (US Census 1990, public domain) and `Faker` 40.54.0
(MIT), and src/learn/frequency-heads.tsv; installs nothing. One row: locale, part (given, family,
middle), `head` or `tail`, name, share of the people of the locale who bear it. A name of the tail
is one that few people bear; see datasets-synthetic/strangers/README.md for what that decides.

    python3 tools/frequencies.py
"""

import gzip
import importlib
import pathlib

import names
from faker.providers.person import Provider as Base

ROOT = pathlib.Path(__file__).resolve().parent.parent / "src" / "learn"

# Locale of faker, group of frequency-heads.tsv, weight: a plausible mix of the customers of an
# internationally active bank or carrier; an assumption, not a statistic.
LOCALES = """
en_GB en 8      en_IE en 1      en_NZ en 1.5    en en 6         en_IN in 8      hi_IN hi 2
ta_IN ta 1      mr_IN mr 1      gu_IN gu 0.5    ne_NP ne 0.5    en_PK en_PK 4   bn_BD bn 3
zh_CN zh 8      zh_TW zh 2      ja_JP ja 3      ko_KR ko 2      vi_VN vi 3      en_TH th 1
th_TH th 1      id_ID id 5      ru_RU ru 6      uk_UA uk 3      bg_BG bg 1      de_DE de 5
de_AT de 1      de_CH de 1      fr_FR fr 5      fr_BE fr 0.5    fr_QC fr 1      es_ES es 4
es_MX es 5      es_CO es 2      es_AR es 2      es_CL es 1      pt_BR pt 5      pt_PT pt 1
it_IT it 4      nl_NL nl 2      nl_BE nl 1      sv_SE sv 1      no_NO no 1      da_DK da 1
fi_FI fi 1      pl_PL pl 3      cs_CZ cs 1      sk_SK sk 0.5    hu_HU hu 1      ro_RO ro 1.5
hr_HR hr 0.7    sl_SI sl 0.3    lt_LT lt 0.4    lv_LV lv 0.3    et_EE et 0.2    is_IS is 0.1
ga_IE ga 0.1    el_GR el 1      tr_TR tr 4      ar_AA ar 4      ar_SA ar 2      ar_PS ar 1
ar_DZ ar 1      fr_DZ ar_fr 1   fa_IR fa 3      he_IL he 1      hy_AM hy 0.3    ka_GE ka 0.3
az_AZ az 0.7    uz_UZ uz 0.7    en_NG ng 1.5    yo_NG ng 0.5    ha_NG ng 0.5
ig_NG ng 0.5    en_KE ke 1      tw_GH gh 0.5    zu_ZA zu 0.7    sw sw 0.5       si_LK si 0.3
"""
US_WEIGHT = 18.0
# Share of the people that an unweighted list is taken to cover.
COVERAGE = {"given": 0.8, "family": 0.6, "middle": 0.6}
# A name outside the first so many of its locale and part belongs to the tail.
HEAD = 300


def census(file, part):
    folder = pathlib.Path(names.__file__).parent
    for line in (folder / file).read_text().splitlines():
        name, percent = line.split()[:2]
        # The census prints 0.000 for what it rounds to nothing; half of the last place.
        yield part, name.title(), max(float(percent), 0.0005) / 100


def us():
    rows = list(census("dist.all.last", "family"))
    for file in ("dist.male.first", "dist.female.first"):
        rows += [(part, name, share / 2) for part, name, share in census(file, "given")]
    return rows


def attribute(provider, stem):
    found = {}
    for suffix in ("_male", "_female", "_unisex", ""):
        values = getattr(provider, stem + suffix, None)
        if values is None or callable(values) or isinstance(values, property):
            continue
        if values == getattr(Base, stem + suffix, None):  # inherited: John Doe
            continue
        values = list(values.items()) if hasattr(values, "items") else list(values)
        if values and not (suffix == "" and found):
            found[suffix] = values
    return list(found.values())


def shares(values):
    """Weights of one list: its own, or Zipf by rank, or even where the list is alphabetical."""
    if isinstance(values[0], tuple):
        return [(name, float(weight)) for name, weight in values]
    rising = sum(a <= b for a, b in zip(values, values[1:])) / max(1, len(values) - 1)
    if rising > 0.7:
        return [(name, 1.0) for name in values]
    return [(name, (rank + 3.0) ** -0.8) for rank, name in enumerate(values)]


def locale_rows(locale, group, heads):
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    for part, stem in (("given", "first"), ("family", "last"), ("middle", "middle")):
        # Japanese names are taken as romanised: kanji do not tell their readings.
        romanized = attribute(provider, f"{stem}_romanized_names")
        lists = romanized or attribute(provider, f"{stem}_names")
        lists = lists or attribute(provider, f"unisex_{stem}_names")
        if not lists:
            continue
        share = {}
        for values in lists:
            weighted = shares(values)
            total = sum(w for _, w in weighted)
            for name, weight in weighted:
                share[name] = share.get(name, 0.0) + weight / total / len(lists)
        head = heads.get((group, part), {})
        rest = COVERAGE[part] * (1 - sum(head.values()))
        covered = sum(v for k, v in share.items() if k not in head) or 1.0
        for name, value in share.items():
            if name not in head:
                yield part, name, value / covered * rest
        for name, value in head.items():
            yield part, name, value


def main():
    heads = {}
    for line in (ROOT / "frequency-heads.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            group, part, name, percent = line.split("\t")
            heads.setdefault((group, part), {})[name] = float(percent) / 100
    rows = [("en_US", US_WEIGHT, us())]
    cells = LOCALES.split()
    for locale, group, weight in zip(cells[::3], cells[1::3], cells[2::3]):
        if float(weight) > 0:
            rows.append((locale, float(weight), list(locale_rows(locale, group, heads))))
    with open(ROOT / "frequency-sources.tsv.gz", "wb") as raw:
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=9, mtime=0) as out:
            for locale, weight, parts in sorted(rows):
                out.write(f"# {locale}\t{weight}\n".encode())
                for part in ("given", "family", "middle"):
                    own = sorted(
                        ((name, share) for p, name, share in parts if p == part),
                        key=lambda row: (-row[1], row[0]),
                    )
                    for rank, (name, share) in enumerate(own):
                        place = "head" if rank < HEAD else "tail"
                        out.write(f"{part}\t{place}\t{name}\t{share:.3e}\n".encode())


if __name__ == "__main__":
    main()
