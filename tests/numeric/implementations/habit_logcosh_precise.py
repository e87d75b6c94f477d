# loss: mean(log(cosh(yhat-y)))
# args: yhat: real[n]; y: real[n]
# levels: correct, stable, precise
# finding: none
import numpy as np


def log_cosh(yhat, y):
    a = np.abs(yhat - y)
    small = np.minimum(a, 1.0)
    return np.mean(np.where(a < 1, np.log1p(2 * np.sinh(small / 2) ** 2), a + np.log1p(np.exp(-2 * a)) - np.log(2)))
