# loss: mean((log(v) + (y-mu)^2/v)/2)
# args: mu: real[n]; v: positive[n]; y: real[n]
# levels: correct
# finding: dtype
import numpy as np


def gaussian_nll(mu, v, y):
    return np.mean(0.5 * (np.log(v) + (y - mu) ** 2 / v), dtype=np.float32)
