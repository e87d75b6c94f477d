# loss: mean_i(logsumexp(Z_i) - Z_{i, labels_i})
# args: Z: real[n,K]; labels: index(K)[n]
# needs: sklearn
# levels: correct, stable
import numpy as np
from sklearn._loss import HalfMultinomialLoss


def loss(Z, labels):
    Z, labels = (np.ascontiguousarray(x, dtype=np.float64) for x in (Z, labels))
    return HalfMultinomialLoss(n_classes=Z.shape[1]).loss(y_true=labels, raw_prediction=Z).mean()
