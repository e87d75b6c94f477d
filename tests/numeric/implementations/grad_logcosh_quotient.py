# loss: mean(log(cosh(yhat - y)))
# args: yhat: real[n]; y: real[n]
# returns: gradient
# wrt: yhat
# levels: correct
# finding: overflow
import numpy as np


def grad(yhat, y):
    r = yhat - y
    return np.sinh(r) / np.cosh(r) / len(y)
