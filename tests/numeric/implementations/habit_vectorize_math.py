# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable, precise
# finding: none
import math

import numpy as np


@np.vectorize
def _one(z, y):
    t = (2 * y - 1) * z
    return math.log1p(math.exp(-t)) if t > 0 else -t + math.log1p(math.exp(t))


def loss(z, y):
    return _one(z, y).mean()
