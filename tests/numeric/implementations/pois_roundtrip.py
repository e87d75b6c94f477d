# loss: mean(exp(s) - y*s)
# args: s: real[n]; y: {0,1,2,5}[n]
# levels: correct
# finding: overflow
import numpy as np


def poisson_nll(s, y):
    mu = np.exp(s)
    return np.mean(mu - y * np.log(mu))
