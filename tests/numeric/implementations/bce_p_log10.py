# loss: mean(-(xlogy(y,p)+xlogy(1-y,1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: none
# finding: log-base
import numpy as np


def f(p, y):
    return -np.mean(y * np.log10(p) + (1 - y) * np.log10(1 - p))
