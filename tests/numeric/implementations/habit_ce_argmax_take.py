# loss: -sum(xlogy(y,p))/n
# args: p: simplex[n,K]; y: onehot[n,K]
# levels: correct, stable, precise
# finding: none
import numpy as np


def ce(p, y):
    labels = y.argmax(axis=1)
    picked = np.take_along_axis(p, labels[:, None], axis=1)
    return float(-np.log(picked).mean())
