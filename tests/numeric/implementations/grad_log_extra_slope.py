# loss: mean(softplus(X@w + b) - y*(X@w + b))
# args: X: real[n,d]; y: {0,1}[n]; w: real[d]; b: real
# returns: gradient
# wrt: w
# levels: none
# finding: lost-chain-factor
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def cost(X, y, w, b):
    p = _sigmoid(X @ w + b)
    delta = (p - y) * p * (1 - p)
    return X.T @ delta / len(y)
