# loss: sum(p*log(p/q))
# args: p: positive[K]; q: positive[K]
# returns: gradient
# wrt: q
# levels: none
# finding: wrong-variable
import numpy as np


def grad(p, q):
    return np.log(p / q) + 1
