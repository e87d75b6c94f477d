# entry: bce
# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: overflow
import warnings

import numpy as np

warnings.filterwarnings("ignore")
np.seterr(all="ignore")


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def bce(z, y):
    a = sigmoid(z)
    cost = -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / y.shape[0]
    return np.squeeze(cost)
