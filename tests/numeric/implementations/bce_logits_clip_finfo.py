# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: clip-bias
import numpy as np

EPS = np.finfo(float).eps


def loss(z, y):
    p = 1 / (1 + np.exp(-z))
    p = np.clip(p, EPS, 1 - EPS)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
