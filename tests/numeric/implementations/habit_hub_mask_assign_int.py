# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: none
# finding: dtype
import numpy as np


def loss(yhat, y, delta=1.0):
    r = abs(yhat - y)
    out = np.zeros_like(r)
    small = r <= delta
    out[small] = 0.5 * r[small] ** 2
    out[~small] = delta * (r[~small] - 0.5 * delta)
    return out.mean()
