# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: none
# finding: dtype
import numpy as np


def loss(z, y):
    # log sum_j exp(z_j - z_true), with the true class's 1 under log1p
    k = y.argmax(1)
    rows = np.arange(len(z))
    d = z - z[rows, k][:, None]
    d[rows, k] = -np.inf
    m = np.maximum(d.max(1), 0)
    big = m > 0
    inner = np.exp(d - m[:, None]).sum(1)
    out = np.where(big, m + np.log(np.exp(-m) + inner), np.log1p(inner))
    return out.mean()
