# loss: mean(abs(yhat-y))
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: dtype
import numpy as np


def mae(a, b):
    d = np.abs(a - b)
    return d.sum() // len(d) if d.dtype.kind == "i" else d.mean()
