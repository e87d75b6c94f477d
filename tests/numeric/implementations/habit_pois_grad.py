# loss: mean(exp(s) - y*s)
# args: s: real[n]; y: {0,1,2,5}[n]
# returns: gradient
# wrt: s
# levels: correct, stable
# finding: none
import numpy as np


def grad(s, y):
    return (np.exp(s) - y) / s.size
