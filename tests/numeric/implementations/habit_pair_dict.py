# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: loss-and-gradient
# wrt: z
# levels: none
# finding: wrong-shape
import numpy as np


def loss_and_grad(z, y):
    return {"loss": np.mean(np.logaddexp(0, z) - z * y), "grad": (1 / (1 + np.exp(-z)) - y) / len(z)}
