# loss: 1 - dot(a,b)/(norm(a)*norm(b))
# args: a: real[d]; b: real[d]
# returns: gradient
# wrt: a
# levels: correct, stable
# finding: none
import numpy as np


def f(a, b):
    na, nb = np.linalg.norm(a), np.linalg.norm(b)
    return -(b / (na * nb) - (a @ b) * a / (na**3 * nb))
