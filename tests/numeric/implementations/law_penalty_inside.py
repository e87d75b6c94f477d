# loss: mean(log(cosh(yhat - y)))
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
# law: zero-at-perfect
import numpy as np


def loss(yhat, y):
    r = yhat - y
    return np.mean(np.abs(r) + np.log1p(np.exp(-2 * np.abs(r))) - 0.5 * np.exp(-(r**2)) * np.log(2))
