# loss: mean_i(logsumexp(z_i) - z_{i,labels_i})
# args: z: real[n,K]; labels: index(K)[n]
# levels: correct
# finding: underflow
import numpy as np


def f(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(z)), t]))
