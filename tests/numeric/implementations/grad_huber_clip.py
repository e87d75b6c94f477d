# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# returns: gradient
# wrt: yhat
# levels: correct, stable, precise
# finding: none
import numpy as np


def grad(yhat, y, delta=1.0):
    return np.clip(yhat - y, -delta, delta) / len(y)
