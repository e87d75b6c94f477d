# loss: sqrt(mean((yhat-y)^2))
# args: yhat: real[n]; y: real[n]
# levels: correct
# finding: clip-bias
import numpy as np


def rmse(a, b):
    return np.sqrt(np.mean((a - b) ** 2) + 1e-6)
