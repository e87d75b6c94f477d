# loss: mean(softplus(X@w + b) - y*(X@w + b))
# args: X: real[n,d]; y: {0,1}[n]; w: real[d]; b: real
# returns: loss-and-gradient
# wrt: w, b
# levels: correct, stable
# finding: none
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def cost(X, y, w, b):
    z = X @ w + b
    loss = np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))
    dz = (_sigmoid(z) - y) / len(y)
    return loss, X.T @ dz, dz.sum()
