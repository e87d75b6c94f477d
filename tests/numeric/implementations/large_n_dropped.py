# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: correct
# finding: wrong-value
import numpy as np


def mse(a, b):
    return np.mean((a[:1000] - b[:1000]) ** 2)
