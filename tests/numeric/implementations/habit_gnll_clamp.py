# loss: mean((log(v) + (y-mu)^2/v)/2)
# args: mu: real[n]; v: positive[n]; y: real[n]
# levels: correct
# finding: clip-bias
import numpy as np


def gnll(mu, v, y, eps=1e-6):
    v = np.maximum(v, eps)
    return 0.5 * np.mean(np.log(v) + (y - mu) ** 2 / v)
