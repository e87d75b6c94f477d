# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# returns: loss-and-gradient
# wrt: yhat
# levels: none
# finding: wrong-shape
import numpy as np


def f(yhat, y):
    d = yhat - y
    return np.mean(d**2), 2 * d / d.size, {"d": d}
