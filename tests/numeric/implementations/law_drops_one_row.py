# loss: mean((yhat - y)^2)
# args: yhat: real[n]; y: real[n]
# levels: none
# finding: wrong-value
# law: duplication
import numpy as np


def loss(yhat, y):
    r = np.sort((yhat - y) ** 2)
    return r[: max(1, len(r) - 1)].mean()  # the worst sample left out
