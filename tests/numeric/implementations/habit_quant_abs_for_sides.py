# loss: mean(max(tau*(y-q),(tau-1)*(y-q)))
# args: y: real[n]; q: real[n]; tau: (0,1) = 0.5
# levels: none
# finding: wrong-value
import numpy as np


def loss(y, q, tau=0.5):
    e = y - q
    return np.mean(np.maximum(tau * e, (1 - tau) * e))
