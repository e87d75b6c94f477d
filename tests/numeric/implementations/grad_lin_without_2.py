# loss: mean((X@w - y)^2)
# args: X: real[n,d]; y: real[n]; w: real[d]
# returns: loss-and-gradient
# wrt: w
# levels: none
# finding: wrong-value
import numpy as np


def mse(X, y, w):
    r = X @ w - y
    return np.mean(r**2), X.T @ r / len(y)
