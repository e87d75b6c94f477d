# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: correct, stable, precise
# finding: none
import numpy as np


def loss(yhat, y):
    return np.linalg.norm(yhat - y) ** 2 / yhat.size
