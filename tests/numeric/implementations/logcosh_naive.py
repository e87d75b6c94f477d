# loss: mean(log(cosh(yhat-y)))
# args: yhat: real[n]; y: real[n]
# levels: correct
# finding: overflow
import numpy as np


def f(a, b):
    return np.mean(np.log(np.cosh(a - b)))
