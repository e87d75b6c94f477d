# loss: 1 - (2*sum(p*y)+1)/(sum(p)+sum(y)+1)
# args: p: [0,1][n]; y: {0,1}[n]
# levels: none
# finding: wrong-value
import numpy as np


def dice(p, y):
    return 1 - 2 * np.sum(p * y) / (p.sum() + y.sum())
