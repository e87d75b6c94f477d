# loss: -mean(y*log(p) + (1-y)*log(1-p))
# args: p: (0,1)[n]; y: {0,1}[n]
# returns: gradient
# wrt: p
# levels: correct
# finding: clip-bias
import numpy as np


def grad(p, y):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return (-(y / p) + (1 - y) / (1 - p)) / len(p)
