# loss: mean(where(abs(yhat-y)<=delta, (yhat-y)^2/2, delta*(abs(yhat-y)-delta/2)))
# args: yhat: real[n]; y: real[n]; delta: positive = 1
# levels: correct, stable, precise
# finding: none
import numpy as np


def huber(y_pred, y_true, delta=1.0):
    error = np.abs(y_pred - y_true)
    quadratic = np.minimum(error, delta)
    linear = error - quadratic
    return np.mean(0.5 * quadratic**2 + delta * linear)
