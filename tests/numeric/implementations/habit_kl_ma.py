# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct
# finding: nan
import numpy as np


def kl(p, q):
    r = np.ma.masked_invalid(p * np.ma.log(np.ma.masked_equal(p, 0) / np.ma.masked_equal(q, 0)))
    return float(r.sum())
