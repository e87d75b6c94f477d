# loss: -sum(xlogy(y,p))/n
# args: p: simplex[n,K]; y: onehot[n,K]
# levels: none
# finding: wrong-reduction
import numpy as np


def cce(p, y):
    return -np.mean(y * np.log(p))
