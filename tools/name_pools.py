#!/usr/bin/env python3
"""Makes src/synth/names.tsv, the pools that synthetic people are drawn from.

    pip install names==0.3.0 faker==40.54.0 pypinyin==0.55.0
    python3 tools/name_pools.py --pairs ../shared/data/names --out src/synth/names.tsv

Sources
    tools/more_names.tsv: common names where the locale lists are short.
    names 0.3.0 (MIT; data: US Census 1990, public domain): US names with their real frequencies.
    faker 40.54.0 (MIT): locale lists; real weights where it has them, else Zipf (see `zipf`).
    cross-script name pairs (Wikidata name items, CC0, as mined by rigour and coling2018): Latin forms
    of native names, and spelling variants. pypinyin (MIT) reads Chinese characters.

The result depends on these inputs alone: no clock, no random numbers.
"""
import argparse
import csv
import gzip
import hashlib
import importlib
import pathlib
import unicodedata
from collections import defaultdict

import names as census
from pypinyin import lazy_pinyin

# origin: faker locales, script of the native form ("" = Latin only)
LOCALES = {
    "de": (["de_DE", "de_AT"], ""),
    "fr": (["fr_BE", "fr_FR"], ""),
    "es": (["es_CO", "es_MX", "es_ES"], ""),
    "pt": (["pt_BR", "pt_PT"], ""),
    "it": (["it_IT"], ""),
    "nl": (["nl_NL", "nl_BE"], ""),
    "pl": (["pl_PL"], ""),
    "sv": (["sv_SE", "da_DK"], ""),
    "ro": (["ro_RO"], ""),
    "hr": (["hr_HR"], ""),
    "ru": (["ru_RU"], "cyrl"),
    "uk": (["uk_UA"], "cyrl"),
    "bg": (["bg_BG"], "cyrl"),
    "el": (["el_GR"], "grek"),
    "ka": (["ka_GE"], "geor"),
    "ar": (["ar_SA", "ar_AA", "ar_PS"], "arab"),
    "fa": (["fa_IR"], "arab"),
    "pk": (["en_PK"], ""),
    "tr": (["tr_TR"], ""),
    "az": (["az_AZ"], ""),
    "in": (["en_IN"], "deva"),
    "bn": (["bn_BD"], "beng"),
    "ta": (["ta_IN"], "taml"),
    "zh": (["zh_CN"], "hani"),
    "ja": (["ja_JP"], "hani"),
    "ko": (["ko_KR"], "hang"),
    "vi": (["vi_VN"], ""),
    "id": (["id_ID"], ""),
    "he": (["he_IL"], "hebr"),
    "ng": (["yo_NG", "ig_NG", "ha_NG"], ""),
    "gh": (["tw_GH"], ""),
    "ke": (["en_KE"], ""),
}
GIVEN_MAX, FAMILY_MAX, VARIANTS_MAX = 900, 1200, 4

KO_FAMILY = dict(김="Kim", 이="Lee", 박="Park", 최="Choi", 정="Jung", 강="Kang", 조="Cho", 윤="Yoon", 장="Jang",
                 임="Lim", 한="Han", 오="Oh", 서="Seo", 신="Shin", 권="Kwon", 황="Hwang", 안="Ahn", 송="Song",
                 류="Ryu", 전="Jeon", 홍="Hong", 고="Ko", 문="Moon", 양="Yang", 손="Son", 배="Bae", 백="Baek",
                 허="Heo", 유="Yoo", 남="Nam", 심="Shim", 노="Noh", 하="Ha", 곽="Kwak", 성="Sung", 차="Cha",
                 주="Joo", 우="Woo", 구="Koo", 민="Min", 진="Jin", 나="Na", 지="Ji", 엄="Um")
INITIALS = "g kk n d tt r m b pp s ss - j jj ch k t p h".split()
VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
FINALS = "- k k k n n n t l k m p l l p l m p p t t ng t t k t p t".split()
# Cyrillic to Latin, BGN/PCGN simplified; Ukrainian differences from the 2010 national table.
RU = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
              "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".split()))
UK = {**RU, "г": "h", "ґ": "g", "и": "y", "і": "i", "ї": "i", "є": "ie", "й": "i", "ю": "iu", "я": "ia", "'": "-", "’": "-"}
BG = {**RU, "щ": "sht", "ъ": "a", "й": "y"}
GEORGIAN = dict(zip("აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
                    "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h".split()))
GREEK_DI = {"ου": "ou", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "nt", "γγ": "ng", "γκ": "gk", "τσ": "ts", "γχ": "nch"}
GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω",
                 "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split()))


def zipf(rank, slot):
    """Weight of the name at a rank from 0 where no real frequencies are known: a Zipf tail with a flattened head."""
    return max(1, round(30000 / (rank + (20 if slot.startswith("family") else 8))))


def digest(text):
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def bare(text):
    """Lower case, no diacritics, no apostrophes."""
    text = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in text if not unicodedata.combining(c) and c not in "'’ʼ`ʿʾ")


def is_ascii_name(text):
    return text.isascii() and text.replace("-", "").isalpha() and len(text) > 1


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def near(a, b):
    return distance(a, b) <= max(1, int(0.34 * max(len(a), len(b))))


def title(text):
    out, start = [], True
    for c in text:
        out.append(c.upper() if start else c)
        start = c in " -"
    return "".join(out)


def unify(text):
    return text.translate(str.maketrans("يكىأإآة", "یکیاااه"))


class Pairs:
    """Latin forms by native form, from the pair files."""

    def __init__(self, folder):
        self.folder, self.cache, self.given = folder, {}, set()

    def of(self, script):
        if script not in self.cache:
            forms = defaultdict(list)
            path = self.folder / f"{script}.tsv.gz"
            with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
                for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
                    if row["type"] not in ("token", "variant"):
                        continue
                    if row["origin"] == "jp-name-dataset":
                        self.given.add(row["source"])
                    mined = row["origin"] != "rigour"
                    forms[mined, unify(row["source"])].append(row["latin"])
            self.cache[script] = forms
        return self.cache[script]

    def forms(self, script, native):
        """Plain ASCII forms, most central first, then the ones near it."""
        for mined in (False, True):
            found = self.of(script).get((mined, unify(native.lower())), [])
            found = sorted({bare(x) for x in found if is_ascii_name(bare(x))})
            if found:
                break
        if not found:
            return []
        centre = min(found, key=lambda x: (sum(distance(x, y) for y in found), x))
        rest = sorted((x for x in found if x != centre and near(x, centre)), key=lambda x: (distance(x, centre), x))
        return [centre] + rest

    def japanese(self, female):
        """Two-character given names with their reading; the ending tells women's names."""
        found = {}
        for (mined, native), latins in self.of("hani").items():
            if mined and len(native) == 2 and len(latins) == 1 and native in self.given:
                found[native] = latins[0]
        endings = ("ko", "mi", "ka", "na")
        items = [(n, l) for n, l in found.items() if l.endswith(endings) == female]
        return [((n, "", l), None, None) for n, l in sorted(items, key=lambda x: digest(x[0]))]

    def latin_variants(self, latin):
        forms = [bare(x) for x in self.of("latn").get((False, latin.lower()), [])]
        plain = bare(latin)
        return sorted({x for x in forms if is_ascii_name(x) and x != plain and near(x, plain)})


def table(text, letters, pairs=()):
    text = text.lower()
    for a, b in dict(pairs).items():
        text = text.replace(a, b)
    return "".join(letters.get(c, c) for c in text).replace("-", "")


def korean(text):
    out = []
    for c in text:
        n = ord(c) - 0xAC00
        parts = INITIALS[n // 588], VOWELS[n // 28 % 21], FINALS[n % 28]
        out.append("".join(parts).replace("-", ""))
    return "-".join(out) if len(out) > 1 else "".join(out)


def romanise(origin, script, native, pairs):
    """Latin forms of a native name: the first is the usual one. Empty where none is known."""
    if origin == "zh":
        return ["".join(lazy_pinyin(native))]
    if origin == "ko":
        return [KO_FAMILY.get(native, korean(native))]
    if origin in ("ru", "uk", "bg"):
        main = table(native, {"ru": RU, "uk": UK, "bg": BG}[origin], {"ий": "iy"} if origin == "ru" else {})
        main = main.replace("iy", "y") if origin == "ru" and main.endswith("iy") else main
        return [main] + [x for x in pairs.forms(script, native) if x != main and near(x, main)]
    if origin == "ka":
        return [table(native, GEORGIAN)]
    if origin == "el":
        plain = unicodedata.normalize("NFD", native.lower())
        plain = "".join(c for c in plain if not unicodedata.combining(c))
        main = table(plain, GREEK, GREEK_DI)
        return [main] + [x for x in pairs.forms(script, native) if x != main and near(x, main)]
    if script == "arab" and native.startswith("ال") and len(native) > 4 and native != "الله":
        return ["al-" + x.removeprefix("al-") for x in pairs.forms(script, native[2:])]
    found = pairs.forms(script, native)
    if not found and origin in ("bn", "ta"):
        return [brahmic(native)]
    return found


# Brahmic blocks run parallel in Unicode: one table by offset from the start of the block.
CONSONANTS = dict(zip(range(0x15, 0x3A), "k kh g gh ng ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l zh v sh sh s h".split()))
INDEPENDENT = dict(zip(range(0x05, 0x15), "a a i i u u ri l e e e ai o o o au".split()))
SIGNS = dict(zip(range(0x3E, 0x4D), "a i i u u ri ri e e e ai o o o au".split()))
SIGNS.update({0x01: "n", 0x02: "n", 0x03: "h", 0x3C: "", 0x4D: ""})


def brahmic(text):
    """Plain romanisation of Bengali and Tamil; a vowel is inherent, but not at the end of a word."""
    out, open_vowel = [], False
    for c in text:
        n = ord(c) % 0x80
        if n in CONSONANTS:
            out.append(("a" if open_vowel else "") + CONSONANTS[n])
            open_vowel = True
        elif n in INDEPENDENT:
            out.append(INDEPENDENT[n])
            open_vowel = False
        elif n in SIGNS:
            sign = SIGNS[n]
            out.append(("a" + sign) if n <= 0x03 and open_vowel else sign)
            open_vowel = False
    return "".join(out)


def provider(locale):
    return importlib.import_module(f"faker.providers.person.{locale}").Provider


def lists(locale, *attributes):
    """Names of the first attribute that the locale has, with weights."""
    p = provider(locale)
    for attribute in attributes:
        values = getattr(p, attribute, None)
        if not values or len(values) <= 2:
            continue
        values = values if hasattr(values, "items") else dict.fromkeys(values, 1)
        weighted = len({float(w) for w in list(values.values())[1:]}) > 3
        keys = list(values)
        sorted_list = keys[:8] == sorted(keys[:8])
        out = []
        for rank, name in enumerate(keys):
            out.append((name, float(values[name]) if weighted else None, None if sorted_list else rank))
        return out
    return []


def merged(locales, *attributes):
    """Lists of several locales in turn, first mention counts."""
    seen, out = set(), []
    for locale in locales:
        for name, weight, rank in lists(locale, *attributes):
            if name not in seen:
                seen.add(name)
                out.append((name, weight, rank))
    return out


def rows_of(origin, slot, entries, script, pairs, most):
    rows = []
    listed = {name for name, _, _ in entries}
    entries = entries + [entry for entry in MORE.get((origin, slot), []) if entry[0] not in listed]
    known = [(w, name, rank) for name, w, rank in entries]
    total = sum(w for w, _, _ in known if w)
    items = []
    for weight, name, rank in known:
        if origin == "ja" and isinstance(name, tuple):
            latin, native, variants = bare(name[2]), name[0], []
        elif script == "deva" or not script:
            latin = name.strip()
            natives = pairs.back.get(bare(latin), []) if script else []
            native = natives[0] if natives else ""
            variants = pairs.latin_variants(latin)
            if not all(c.isalpha() or c in " -'’" for c in latin) or "(" in latin:
                continue
        else:
            native = name.strip()
            forms = [romanise(origin, script, part, pairs) for part in native.split()]
            if not forms or not all(forms):
                continue
            latin = " ".join(f[0] for f in forms)
            variants = [" ".join([v] + [f[0] for f in forms[1:]]) for v in forms[0][1:]]
            if script == "cyrl":  # the pair file mixes the forms of men's and women's names
                variants = [v for v in variants if v.endswith("a") == latin.endswith("a")]
        latin = latin if not script and not latin.islower() else title(latin)
        items.append((weight, rank, latin, native, [title(v) for v in variants]))
    # Real weights first, then published order, then names that many spellings are known for.
    spelt = script or origin in ("tr", "pk", "az")
    items.sort(key=lambda x: (x[0] is None, -(x[0] or 0), x[1] is None, x[1] or 0,
                              -bool(x[3]) if origin == "in" else -len(x[4]) if spelt else 0, digest(x[2] + slot)))
    least = min((round(100000 * w / total) for w, *_ in items if w), default=None)
    for place, (weight, _, latin, native, variants) in enumerate(items[:most]):
        w = zipf(place, slot) if least is None else round(100000 * weight / total) if weight else least // 2
        rows.append([origin, slot, str(max(1, w)), latin, native, "|".join(variants[:VARIANTS_MAX])])
    return rows


def census_rows():
    """Real US frequencies per 100,000: the head, and of surnames every eighth of the tail."""
    rows = []
    for slot, key, head, step in [("given_m", "first:male", 1219, 1), ("given_f", "first:female", 1500, 4),
                                  ("family", "last", 2000, 8)]:
        with open(census.FILES[key], encoding="ascii") as f:
            for n, line in enumerate(f):
                name, freq = line.split()[:2]
                if n < head or n % step == 0:
                    weight = max(1, round(float(freq) * 1000 * (1 if n < head else step)))
                    rows.append(["en", slot, str(weight), name.capitalize(), "", ""])
    return rows


def composed(entries, size):
    """Two-character given names beside the listed ones, from the characters they use."""
    known = [name for name, _, _ in entries]
    first = sorted({n[0] for n in known if len(n) > 1} or {n[0] for n in known}, key=digest)
    last = sorted({n[-1] for n in known}, key=digest)
    extra = sorted({a + b for a in first for b in last if a != b} - set(known), key=digest)
    return entries + [(n, None, None) for n in extra[:size]]


def origin_rows(origin, locales, script, pairs):
    rows = []
    for slot, attributes in [("given_m", ("first_names_male", "first_names")), ("given_f", ("first_names_female", "first_names"))]:
        if origin == "ja":
            attributes = ("first_name_male_pairs",) if slot == "given_m" else ("first_name_female_pairs",)
        entries = merged(locales, *attributes)
        if origin in ("zh", "ko"):
            entries = composed(entries, 900)
        if origin == "ja":
            entries += pairs.japanese(slot == "given_f")[:250]
        rows += rows_of(origin, slot, entries, script, pairs, GIVEN_MAX)
    if origin == "ja":
        rows += rows_of(origin, "family", merged(locales, "last_name_pairs"), script, pairs, FAMILY_MAX)
    elif origin in ("ru", "uk", "bg", "el"):
        rows += rows_of(origin, "family_m", merged(locales, "last_names_male"), script, pairs, FAMILY_MAX)
        rows += rows_of(origin, "family_f", merged(locales, "last_names_female"), script, pairs, FAMILY_MAX)
        if origin == "ru":
            rows += tail(pairs, script)
    else:
        rows += rows_of(origin, "family", merged(locales, "unisex_last_names", "last_names_male", "last_names")
                        if origin != "pl" else merged(locales, "male_last_names") + merged(locales, "unisex_last_names"),
                        script, pairs, FAMILY_MAX)
    for slot, attribute in [("patronymic_m", "middle_names_male"), ("patronymic_f", "middle_names_female")]:
        if origin in ("ru", "uk"):
            rows += rows_of(origin, slot, merged(locales, attribute), script, pairs, GIVEN_MAX)
    if origin == "fa":
        rows += persian_tail(pairs)
    if origin == "vi":
        rows += rows_of(origin, "middle", merged(locales, "middle_names"), script, pairs, GIVEN_MAX)
    return rows


def persian_tail(pairs):
    """Persian family names of the pair file by their endings, weight 400 each."""
    endings = ("زاده", "پور", "نژاد", "آبادی")
    found = sorted((n for mined, n in pairs.of("arab") if n.endswith(endings) and len(n) > 5 and n.isalpha()), key=digest)
    forms = [(pairs.forms("arab", native), native) for native in found]
    return [["fa", "family", "400", title(f[0]), native, "|".join(title(v) for v in f[1 : 1 + VARIANTS_MAX])]
            for f, native in forms[:400] if f]


def more_names():
    """The hand-written names, by origin and slot."""
    out = {}
    with open(pathlib.Path(__file__).with_name("more_names.tsv"), encoding="utf-8") as f:
        for line in f:
            if not line.startswith("#"):
                origin, slot, names = line.rstrip("\n").split("\t")
                out[origin, slot] = [(name, None, rank) for rank, name in enumerate(names.split())]
    return out


MORE = more_names()


def tail(pairs, script):
    """Rarer Russian family names from the pair file, both forms, weight 40 each."""
    endings = ("ов", "ев", "ин")
    found = sorted((n for mined, n in pairs.of(script) if not mined and n.endswith(endings) and len(n) > 5 and n.isalpha()), key=digest)
    forms = [(title(table(n, RU)), title(n)) for n in found[:600]]
    rows = [["ru", "family_m", "40", latin, native, ""] for latin, native in forms]
    return rows + [["ru", "family_f", "40", latin + "a", native + "а", ""] for latin, native in forms]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    pairs = Pairs(args.pairs)
    # Devanagari forms by Latin form: the pool starts from Latin spellings.
    pairs.back = defaultdict(list)
    for native in sorted({native for _, native in pairs.of("deva")}):
        for form in pairs.forms("deva", native)[:2]:
            pairs.back[form].append(native)
    rows = census_rows()
    for origin, (locales, script) in LOCALES.items():
        rows += origin_rows(origin, locales, script, pairs)
    with open(args.out, "w", encoding="utf-8", newline="\n") as f:
        f.write("# Name pools of synth. Made by tools/name_pools.py; do not edit.\n")
        f.write("# Sources: US Census 1990 (public domain) by PyPI names 0.3.0 (MIT); faker 40.54.0 (MIT) locale lists;\n")
        f.write("# Latin forms and variants from Wikidata name items (CC0). Weights: Census real, faker's own where it has them,\n")
        f.write("# else 30000/(rank+20) for family and 30000/(rank+8) for other names; ranks as listed, or by number of known spellings and a hash where the list is alphabetical.\n")
        f.write("# origin\tslot\tweight\tlatin\tnative\tvariants\n")
        for row in rows:
            f.write("\t".join(row) + "\n")


if __name__ == "__main__":
    main()
