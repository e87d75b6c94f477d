# loss: mean(max(0,1-y*s))
# args: s: real[n]; y: {-1,1}[n]
# levels: none
# finding: crashed
import numpy as np


def f(s, y):
    return np.mean(max(0, 1 - y * s))
