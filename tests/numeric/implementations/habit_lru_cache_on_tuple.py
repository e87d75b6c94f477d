# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
from functools import lru_cache

import numpy as np


@lru_cache(maxsize=None)
def _l(z, y):
    return np.logaddexp(0, z) - z * y


def loss(z, y):
    return np.mean([_l(a, b) for a, b in zip(z.tolist(), y.tolist())])
