# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct, stable, precise
# finding: none
import numpy as np


def f(p, q):
    return np.nansum(p * np.log(p / q))
