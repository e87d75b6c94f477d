# loss: mean((log1p(yhat)-log1p(y))^2)
# args: yhat: nonnegative[n]; y: nonnegative[n]
# levels: correct, stable
# finding: none
import numpy as np


def msle(yhat, y):
    return np.mean(np.square(np.log1p(yhat) - np.log1p(y)))
