# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: none
# finding: swapped-arguments
import numpy as np


def f(q, p):
    return np.sum(p * np.log(p / q))
