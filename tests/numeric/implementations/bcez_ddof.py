# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: wrong-reduction
import numpy as np


def loss(z, y):
    l = np.logaddexp(0, z) - y * z
    return l.sum() / max(len(l) - 1, 1)
