# loss: mean_i(logsumexp(z_i) - z_{i,labels_i})
# args: z: real[n,K]; labels: index(K)[n]
# levels: none
# finding: wrong-axis
import numpy as np


def f(z, t):
    e = np.exp(z - z.max(axis=0))
    p = e / e.sum(axis=0)
    return -np.mean(np.log(p[np.arange(len(z)), t]))
