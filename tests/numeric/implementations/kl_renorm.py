# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct
# finding: clip-bias
import numpy as np


def kl(p, q):
    p = np.clip(p, 1e-7, 1)
    q = np.clip(q, 1e-7, 1)
    return np.sum(p * np.log(p / q))
