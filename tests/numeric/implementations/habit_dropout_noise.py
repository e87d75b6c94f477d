# loss: mean((yhat-y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: not-deterministic
import numpy as np


def loss(a, b):
    mask = np.random.rand(len(a)) > 0.1
    return np.mean(((a - b) * mask) ** 2)
