# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# entry: loss
# levels: correct
# finding: nan
import numpy as np


def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def loss(z, y):
    p = sigmoid(z)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
