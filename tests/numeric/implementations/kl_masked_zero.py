# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct
# finding: edge-case
import numpy as np


def f(p, q):
    keep = (p > 0) & (q > 0)
    return np.sum(p[keep] * np.log(p[keep] / q[keep]))
