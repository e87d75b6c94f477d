# loss: mean(-(xlogy(y,p)+xlogy(1-y,1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: correct
# finding: clip-bias
import numpy as np


def f(p, y):
    return -np.mean(y * np.log(p + 1e-10) + (1 - y) * np.log(1 - p + 1e-10))
