# loss: sum(xlogy(p,p)-xlogy(p,q))
# args: p: simplex[K]; q: simplex[K]
# levels: correct
# finding: clip-bias
import numpy as np


def f(p, q):
    return np.sum(p * np.log((p + 1e-10) / (q + 1e-10)))
