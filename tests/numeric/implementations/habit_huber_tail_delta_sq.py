# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: wrong-value
import numpy as np


def huber(yhat, y, delta=1.0):
    r = np.abs(yhat - y)
    return np.where(r <= delta, 0.5 * r**2, delta * r - delta**2).mean()
