# loss: mean_i(logsumexp(z_i) - z_{i,labels_i})
# args: z: real[n,K]; labels: index(K)[n]
# levels: none
# finding: broadcasting
import numpy as np


def f(z, t):
    m = z.max(axis=1, keepdims=True)
    l = z - m - np.log(np.exp(z - m).sum(axis=1, keepdims=True))
    return -np.mean(l[:, t])
