"""The nearest entities by ASCII character trigrams: the same short list for every scorer."""

import numpy as np
from scipy.sparse import csr_matrix

from lists import fold


def trigrams(name):
    """Character trigrams of the folded name, word ends included."""
    return {f"  {w} "[i : i + 3] for w in fold(name).split() for i in range(len(w) + 1)}


class Nearest:
    """Trigram index over all names of some entities."""

    def __init__(self, entities):
        self.entities = entities
        grams = [(e, trigrams(name)) for e, entity in enumerate(entities) for name in entity.names]
        self.owner = np.array([e for e, _ in grams])
        self.starts = np.flatnonzero(np.r_[True, self.owner[1:] != self.owner[:-1]])
        self.sizes = np.array([len(g) for _, g in grams], dtype=np.float32)
        self.vocabulary = {}
        self.rows = self._matrix([g for _, g in grams], grow=True).T.tocsr()

    def _matrix(self, sets, grow=False):
        indices, bounds = [], [0]
        for grams in sets:
            for gram in sorted(grams):
                if grow:
                    self.vocabulary.setdefault(gram, len(self.vocabulary))
                if gram in self.vocabulary:
                    indices.append(self.vocabulary[gram])
            bounds.append(len(indices))
        data = np.ones(len(indices), dtype=np.float32)
        return csr_matrix((data, indices, bounds), shape=(len(sets), len(self.vocabulary)))

    def top(self, names, count):
        """For each name the places of the `count` nearest entities (best Dice over their names)."""
        found = []
        for start in range(0, len(names), 200):
            sets = [trigrams(n) for n in names[start : start + 200]]
            shared = (self._matrix(sets) @ self.rows).toarray()
            sizes = np.array([[len(s)] for s in sets], dtype=np.float32)
            dice = 2 * shared / np.maximum(sizes + self.sizes, 1)
            best = np.maximum.reduceat(dice, self.starts, axis=1)
            found += [list(order[:count]) for order in np.argsort(-best, axis=1, kind="stable")]
        return found
