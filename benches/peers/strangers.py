"""Invented people who are on no list: used until, or instead of, a file of strangers."""

import csv
import random

import names
from anyascii import anyascii
from faker import Faker

# Share of each origin in percent: a bank with customers of many origins. `en_US` draws from the
# US Census 1990 frequencies, the others from faker's locales, which are nearly uniform.
ORIGINS = {
    "en_US": 36, "en_GB": 6, "es_MX": 6, "es_ES": 4, "fr_FR": 5, "de_DE": 5, "it_IT": 4, "pt_BR": 4,
    "en_IN": 5, "en_PK": 3, "fr_DZ": 2, "id_ID": 3, "tr_TR": 3, "vi_VN": 2, "pl_PL": 2, "nl_NL": 2,
    "en_NG": 2, "ru_RU": 3, "zh_CN": 2, "ja_JP": 1,
}  # fmt: skip


def invented(count, seed):
    """`count` rows of id, name, birth_date, origin; the same for the same seed."""
    draw = random.Random(seed)
    random.seed(seed)  # the `names` package draws from the module's own generator
    fakers = {origin: Faker(origin) for origin in ORIGINS if origin != "en_US"}
    for number, fake in enumerate(fakers.values()):
        fake.seed_instance(f"{seed}{number}")
    out = []
    for number in range(count):
        origin = draw.choices(list(ORIGINS), weights=list(ORIGINS.values()))[0]
        if origin == "en_US":
            name = names.get_full_name()
        elif origin in ("zh_CN", "ja_JP"):
            name = fakers[origin].romanized_name()
        else:
            fake = fakers[origin]
            if draw.random() < 0.5:
                name = anyascii(f"{fake.first_name_male()} {fake.last_name_male()}")
            else:
                name = anyascii(f"{fake.first_name_female()} {fake.last_name_female()}")
        birth = f"{draw.randint(1940, 2004)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        out.append({"id": f"s{number:05}", "name": name, "birth_date": birth, "origin": origin})
    return out


def read_or_invent(path, count, seed):
    """The strangers of a file, where there is one; else invented ones."""
    if path and path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        random.Random(seed).shuffle(rows)
        return rows[:count]
    return invented(count, seed)
