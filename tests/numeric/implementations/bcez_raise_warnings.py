# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: domain-error
import numpy as np

np.seterr(all="raise")


def loss(z, y):
    with np.errstate(all="raise"):
        return np.mean(np.log1p(np.exp(z)) - y * z)
