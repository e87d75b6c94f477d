# loss: mean(alpha*y*sigmoid(-z)^gamma*softplus(-z) + (1-alpha)*(1-y)*sigmoid(z)^gamma*softplus(z))
# args: z: real[n]; y: {0,1}[n]; gamma: nonnegative = 2; alpha: [0,1] = 0.25
# returns: gradient
# wrt: z
# levels: correct, stable, precise
# finding: none
import numpy as np


def grad(z, y, gamma=2.0, alpha=0.25):
    s = np.where(y == 1, 1.0, -1.0)
    a = np.where(y == 1, alpha, 1 - alpha)
    m = s * z
    small = np.exp(-np.abs(m))
    p = np.where(m >= 0, 1, small) / (1 + small)
    q = np.where(m >= 0, small, 1) / (1 + small)
    nll = np.maximum(-m, 0) + np.log1p(small)
    return -s * a * (q ** (gamma + 1) + gamma * q**gamma * p * nll) / len(z)
