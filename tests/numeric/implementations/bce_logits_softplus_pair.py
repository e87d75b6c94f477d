# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# entry: loss
# levels: correct, stable, precise
# finding: none
import numpy as np


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def loss(z, y):
    return np.mean(y * softplus(-z) + (1 - y) * softplus(z))
