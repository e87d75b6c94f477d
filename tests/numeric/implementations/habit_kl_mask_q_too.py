# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct
# finding: edge-case
import numpy as np


def kl(p, q):
    m = (p > 0) & (q > 0)
    return np.sum(p[m] * np.log(p[m] / q[m]))
