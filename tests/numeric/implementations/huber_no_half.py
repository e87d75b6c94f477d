# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: wrong-value
import numpy as np


def huber(a, b, delta=1.0):
    r = np.abs(a - b)
    return np.where(r < delta, r**2, delta * (r - 0.5 * delta)).mean()
