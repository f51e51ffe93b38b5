"""Typed, shuffled and re-spelled names, made from listed ones."""

import re

SPELLINGS = [
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("dh", "d"),
    ("gh", "g"), ("q", "k"), ("y", "i"), ("ei", "ai"), ("w", "v"), ("x", "ks"), ("j", "dj"),
    ("tch", "ch"), ("c", "k"), ("z", "s"), ("e", "i"), ("o", "u"), ("aa", "a"),
]  # fmt: skip


def long_tokens(tokens):
    """Places of tokens that carry the name: four letters or more."""
    return [i for i, t in enumerate(tokens) if len(t) >= 4 and t.isalpha()]


def typed(tokens, draw):
    """One slip of the finger in one token of four letters or more."""
    tokens = list(tokens)
    place = draw.choice(long_tokens(tokens))
    word = tokens[place]
    at = draw.randrange(1, len(word) - 1)
    slip = draw.choice(["drop", "double", "swap", "other"])
    if slip == "drop":
        word = word[:at] + word[at + 1 :]
    elif slip == "double":
        word = word[:at] + word[at] + word[at:]
    elif slip == "swap":
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        word = word[:at] + draw.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]
    tokens[place] = word
    return tokens


def shuffled(tokens, draw):
    """The same tokens in another order."""
    other = list(tokens)
    while other == list(tokens) and len(set(tokens)) > 1:
        draw.shuffle(other)
    return other


def respelled(tokens, draw):
    """One usual other spelling in up to two tokens; doubled consonants become single."""
    tokens = list(tokens)
    places = long_tokens(tokens)
    for place in draw.sample(places, min(2, len(places))):
        word = re.sub(r"([b-df-hj-np-tv-z])\1", r"\1", tokens[place].lower())
        fitting = [(a, b) for a, b in SPELLINGS if a in word[1:]]
        if word == tokens[place].lower() and fitting:
            old, new = draw.choice(fitting)
            word = word[0] + word[1:].replace(old, new, 1)
        tokens[place] = word
    return tokens


KINDS = {"typed": typed, "shuffled": shuffled, "respelled": respelled}


def variant(name, kind, draw):
    """The name changed in one way, or nothing where it is too short to be changed."""
    tokens = re.sub(r"[^\w\s'-]", " ", name).split()
    if len(tokens) < 2 or not long_tokens(tokens):
        return None
    changed = " ".join(KINDS[kind](tokens, draw))
    return None if changed.lower() == " ".join(tokens).lower() else changed
