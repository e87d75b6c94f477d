# loss: mean((log(v) + (y-mu)^2/v)/2)
# args: mu: real[n]; v: positive[n]; y: real[n]
# levels: correct
# finding: clip-bias
import numpy as np


def gaussian_nll(mu, var, y, eps=1e-6):
    var = np.maximum(var, eps)
    return np.mean(0.5 * (np.log(var) + (y - mu) ** 2 / var))
