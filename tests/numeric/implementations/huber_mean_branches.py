# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: wrong-value
import numpy as np


def huber(a, b, delta=1.0):
    r = np.abs(a - b)
    if np.mean(r) <= delta:
        return 0.5 * np.mean(r**2)
    return delta * np.mean(r - 0.5 * delta)
