# loss: mean((X@w-y)^2)+lam*sum(w^2)
# args: X: real[n,d]; w: real[d]; y: real[n]; lam: nonnegative = 0.1
# levels: none
# finding: wrong-value
import numpy as np


def ridge(X, w, y, lam=0.1):
    return np.mean((X @ w - y) ** 2) + lam * np.linalg.norm(w)
