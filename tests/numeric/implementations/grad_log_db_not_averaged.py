# loss: mean(softplus(X@w + b) - y*(X@w + b))
# args: X: real[n,d]; y: {0,1}[n]; w: real[d]; b: real
# returns: loss-and-gradient
# wrt: w, b
# levels: none
# finding: wrong-reduction
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def cost(X, y, w, b):
    z = X @ w + b
    loss = np.mean(np.logaddexp(0, z) - y * z)
    dz = _sigmoid(z) - y
    dw = X.T @ dz / len(y)
    db = np.sum(dz)
    return loss, dw, db
