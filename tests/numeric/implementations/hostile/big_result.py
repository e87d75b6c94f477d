# finding: wrong-shape
import numpy as np


def loss(z, y):
    return np.zeros(10**7)
