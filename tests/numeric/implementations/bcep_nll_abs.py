# loss: mean(-(y*log(p)+(1-y)*log(1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def loss(p, y):
    return np.mean(-np.log(np.abs(1 - y - p)))
