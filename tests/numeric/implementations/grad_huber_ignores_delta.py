# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# returns: gradient
# wrt: yhat
# levels: none
# finding: ignores-argument
import numpy as np


def grad(yhat, y, delta=1.0):
    return np.clip(yhat - y, -1, 1) / len(y)
