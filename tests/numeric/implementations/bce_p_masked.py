# loss: mean(-(xlogy(y,p)+xlogy(1-y,1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def f(p, y):
    q = np.where(y == 1, p, 1 - p)
    return -np.mean(np.log(q))
