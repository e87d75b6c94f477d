# loss: mean_i(logsumexp(z_i) - z[i,labels_i])
# args: z: real[n,K]; labels: index(K)[n]
# returns: loss-and-gradient
# wrt: z
# levels: correct, stable
# finding: none
import numpy as np


def softmax_loss(z, labels):
    n = z.shape[0]
    shifted = z - z.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    loss = np.mean(np.log(total[:, 0]) - shifted[np.arange(n), labels])
    dz = np.exp(shifted) / total
    dz[np.arange(n), labels] -= 1
    return loss, dz / n
