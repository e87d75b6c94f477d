# loss: mean(log(cosh(yhat-y)))
# args: yhat: real[n]; y: real[n]
# levels: correct, stable
# finding: none
import numpy as np


def f(a, b):
    r = np.abs(a - b)
    return np.mean(r + np.log1p(np.exp(-2 * r)) - np.log(2))
