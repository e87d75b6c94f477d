# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: correct, stable, precise
# finding: none
import numpy as np


def huber(yhat, y, delta=1.0):
    r = np.abs(np.asarray(yhat, float) - y)
    return np.mean(np.piecewise(r, [r <= delta, r > delta], [lambda e: e**2 / 2, lambda e: delta * (e - delta / 2)]))
