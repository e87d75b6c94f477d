# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: loss-and-gradient
# wrt: z
# levels: none
# finding: wrong-reduction
import numpy as np


def loss_and_grad(z, y):
    small = np.exp(-np.abs(z))
    loss = np.mean(np.maximum(z, 0) - z * y + np.log1p(small))
    p = np.where(z >= 0, 1, small) / (1 + small)
    return loss, p - y
