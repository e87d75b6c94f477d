# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: not-deterministic
import numpy as np

_cache = {}


def loss(z, y):
    key = len(z)
    if key not in _cache:
        _cache[key] = np.mean(np.logaddexp(0, z) - y * z)
    return _cache[key]
