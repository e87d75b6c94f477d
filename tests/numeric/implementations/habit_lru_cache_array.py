# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: crashed
from functools import lru_cache

import numpy as np


@lru_cache
def loss(z, y):
    return np.mean(np.logaddexp(0, z) - z * y)
