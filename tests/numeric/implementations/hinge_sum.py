# loss: mean(max(0,1-y*s))
# args: s: real[n]; y: {-1,1}[n]
# levels: none
# finding: wrong-reduction
import numpy as np


def f(s, y):
    return np.sum(np.maximum(0, 1 - y * s))
