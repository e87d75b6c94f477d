# loss: mean(r_i^2/2 if |r_i| <= delta else delta*(|r_i| - delta/2))
# args: r: real[n]; delta: positive = 1
# needs: scipy
# levels: correct, stable, precise
import numpy as np
from scipy.special import huber


def loss(r, delta=1.0):
    return np.mean(huber(delta, r))
