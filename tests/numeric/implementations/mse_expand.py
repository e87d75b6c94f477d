# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: correct
# finding: cancellation
import numpy as np


def mse(a, b):
    return np.mean(a**2) - 2 * np.mean(a * b) + np.mean(b**2)
