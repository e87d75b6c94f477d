# loss: mean((X@w - y)^2)
# args: X: real[n,d]; y: real[n]; w: real[d]
# returns: gradient
# wrt: w
# levels: none
# finding: wrong-reduction
import numpy as np


def gradient(X, y, w):
    r = X @ w - y
    return 2 * r[:, np.newaxis] * X
