# loss: mean(where(y >= q, tau*(y-q), (1-tau)*(q-y)))
# args: q: real[n]; y: real[n]; tau: (0,1) = 0.5
# returns: gradient
# wrt: q
# levels: correct, stable, precise
# finding: none
import numpy as np


def grad(q, y, tau=0.5):
    return np.where(y > q, -tau, 1 - tau) / len(q)
