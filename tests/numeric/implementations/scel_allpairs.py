# loss: mean_i(logsumexp(z_i) - z_{i,labels_i})
# args: z: real[n,K]; labels: index(K)[n]
# levels: none
# finding: broadcasting
import numpy as np


def loss(logits, labels):
    z = logits - logits.max(1, keepdims=True)
    lp = z - np.log(np.exp(z).sum(1, keepdims=True))
    return -np.mean(lp[:, labels])
