# loss: mean(max(tau*(y-q),(tau-1)*(y-q)))
# args: y: real[n]; q: real[n]; tau: (0,1) = 0.5
# levels: correct, stable, precise
# finding: none
import numpy as np


def f(y, q, tau=0.5):
    u = y - q
    return np.mean(np.maximum(tau * u, (tau - 1) * u))
