# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: none
# finding: swapped-arguments
import numpy as np


def kl_div(q, p):
    with np.errstate(all="ignore"):
        return np.where(p > 0, p * np.log(p / q), 0).sum()
