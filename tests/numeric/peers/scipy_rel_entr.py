# loss: sum(xlogy(p, p/q))
# args: p: simplex[K]; q: simplex[K]
# needs: scipy
# levels: correct, stable, precise
import numpy as np
from scipy.special import rel_entr


def loss(p, q):
    return np.sum(rel_entr(p, q))
