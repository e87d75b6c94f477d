# loss: mean(delta^2*(sqrt(1 + (r/delta)^2) - 1))
# args: r: real[n]; delta: positive = 1
# needs: scipy
# levels: correct, stable, precise
import numpy as np
from scipy.special import pseudo_huber


def loss(r, delta=1.0):
    return np.mean(pseudo_huber(delta, r))
