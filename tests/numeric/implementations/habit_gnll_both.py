# loss: mean((log(v) + (y-mu)^2/v)/2)
# args: mu: real[n]; v: positive[n]; y: real[n]
# returns: gradient
# wrt: mu, v
# levels: none
# finding: wrong-value
import numpy as np


def grad(mu, v, y):
    r = mu - y
    n = len(y)
    return r / v / n, (1 / v - r**2 / v) / 2 / n
