# loss: mean(-(xlogy(y,p)+xlogy(1-y,1-p)))
# args: p: [0,1][n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def bce(p, y):
    t = y * np.log(p) + (1 - y) * np.log(1 - p)
    return -np.nansum(t) / len(y)
