# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: ignores-argument
import numpy as np


def f(yhat, y, delta=1.0):
    r = np.abs(yhat - y)
    return np.mean(np.where(r <= 1, 0.5 * r**2, (r - 0.5)))
