# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: wrong-value
import numpy as np


def f(yhat, y, delta=1.0):
    r = yhat - y
    return np.mean(delta**2 * (np.sqrt(1 + (r / delta) ** 2) - 1))
