# loss: mean(alpha*y*sigmoid(-z)^gamma*softplus(-z) + (1-alpha)*(1-y)*sigmoid(z)^gamma*softplus(z))
# args: z: real[n]; y: {0,1}[n]; gamma: nonnegative = 2; alpha: [0,1] = 0.25
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-value
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def grad(z, y, gamma=2.0, alpha=0.25):
    p = _sigmoid(z)
    pt = np.where(y == 1, p, 1 - p)
    a = np.where(y == 1, alpha, 1 - alpha)
    return a * (1 - pt) ** gamma * (p - y) / len(z)  # the weight held constant
