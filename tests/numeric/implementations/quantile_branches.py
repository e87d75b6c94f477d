# loss: mean(max(tau*(y-q),(tau-1)*(y-q)))
# args: y: real[n]; q: real[n]; tau: (0,1) = 0.5
# levels: none
# finding: swapped-arguments
import numpy as np


def f(y, q, tau=0.5):
    u = y - q
    return np.mean(np.where(u > 0, (1 - tau) * u, -tau * u))
