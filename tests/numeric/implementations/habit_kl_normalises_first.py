# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct, stable, precise
# finding: none
import numpy as np


def kl(p, q):
    p = np.asarray(p, float)
    q = np.asarray(q, float)
    p, q = p / p.sum(), q / q.sum()
    m = p > 0
    with np.errstate(divide="ignore"):
        return float(np.sum(p[m] * (np.log(p[m]) - np.log(q[m]))))
