# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# entry: loss
# levels: correct
# finding: clip-bias
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-np.clip(z, -500, 500)))


def loss(z, y):
    s = sigmoid(z)
    return -np.mean(np.where(y > 0.5, np.log(s), np.log(sigmoid(-z))))
