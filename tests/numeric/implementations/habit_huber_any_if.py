# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: wrong-value
import numpy as np


def huber(yhat, y, delta=1.0):
    r = np.abs(yhat - y)
    if np.all(r <= delta):
        return np.mean(0.5 * r**2)
    return np.mean(delta * (r - 0.5 * delta))
