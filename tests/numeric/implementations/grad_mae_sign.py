# loss: mean(abs(yhat - y))
# args: yhat: real[n]; y: real[n]
# returns: gradient
# wrt: yhat
# levels: correct, stable, precise
# finding: none
import numpy as np


def grad(yhat, y):
    return np.sign(yhat - y) / yhat.size
