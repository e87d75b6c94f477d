# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct
# finding: nan
import numpy as np


def f(p, q):
    return np.sum(p * np.log(p / q))
