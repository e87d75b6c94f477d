# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: loss-and-gradient
# wrt: z
# levels: correct
# finding: overflow
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def loss_and_grad(z, y):
    loss = np.mean(np.log(1 + np.exp(z)) - y * z)
    return loss, (_sigmoid(z) - y) / len(z)
