# finding: crashed
import os
n = 0
def loss(z, y):
    global n
    n += 1
    if n == 15: os._exit(0)
    import numpy as np
    return np.mean(np.logaddexp(0, z) - y * z)
