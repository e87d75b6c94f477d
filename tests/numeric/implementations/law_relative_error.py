# loss: mean((yhat - y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
# law: translation
import numpy as np


def loss(yhat, y):
    return np.mean((yhat - y) ** 2 / (1 + np.abs(y)))
