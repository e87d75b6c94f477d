# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
import numpy as np


def loss(yhat, y):
    return np.sqrt(np.mean((yhat - y) ** 2))
