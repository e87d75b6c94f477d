# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: loss-and-gradient
# wrt: z
# levels: correct, stable
# finding: none
from collections import namedtuple

import numpy as np

Result = namedtuple("Result", "loss grad")


def loss_and_grad(z, y):
    e = np.exp(-np.abs(z))
    p = np.where(z >= 0, 1.0, e) / (1.0 + e)
    return Result(np.mean(np.logaddexp(0, z) - z * y), (p - y) / z.size)
