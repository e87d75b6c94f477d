# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: ignores-argument
import numpy as np


def huber(a, b, d=1.0):
    r = np.abs(a - b)
    return np.where(r <= d, 0.5 * r**2, d * (r - 0.5 * d)).mean()
