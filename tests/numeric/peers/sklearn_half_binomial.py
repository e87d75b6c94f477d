# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# needs: sklearn
# levels: correct, stable
import numpy as np
from sklearn._loss import HalfBinomialLoss


def loss(z, y):
    z, y = (np.ascontiguousarray(x, dtype=np.float64) for x in (z, y))
    return HalfBinomialLoss().loss(y_true=y, raw_prediction=z).mean()
