# loss: mean(exp(s) - y*s)
# args: s: real[n]; y: {0,1,2,5}[n]
# levels: none
# finding: wrong-value
import numpy as np


def nll(s, y):
    return np.mean(s - y * np.log(s))
