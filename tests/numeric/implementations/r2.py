# loss: 1 - sum((y-yhat)^2)/sum((y-mean(y))^2)
# args: y: real[n]; yhat: real[n]
# levels: correct, stable, precise
# finding: none
import numpy as np


def one_minus(y, p):
    return 1 - np.sum((y - p) ** 2) / np.sum((y - y.mean()) ** 2)
