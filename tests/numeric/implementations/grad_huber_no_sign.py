# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# returns: gradient
# wrt: yhat
# levels: none
# finding: lost-chain-factor
import numpy as np


def grad(yhat, y, delta=1.0):
    r = yhat - y
    return np.where(np.abs(r) <= delta, r, delta) / len(y)
