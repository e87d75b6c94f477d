# loss: sum(w*(yhat-y)^2)/sum(w)
# args: yhat: real[n]; y: real[n]; w: positive[n]
# levels: correct, stable, precise
# finding: none
import numpy as np


def wmse(a, b, w):
    w = w / w.sum()
    return w @ (a - b) ** 2
