# loss: -sum(xlogy(y,p))/n
# args: p: simplex[n,K]; y: onehot[n,K]
# levels: none
# finding: wrong-reduction
import numpy as np


def ce(p, y):
    return -np.mean(y * np.log(p + 1e-300))
