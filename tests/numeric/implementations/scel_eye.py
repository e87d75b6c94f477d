# loss: mean_i(logsumexp(z_i) - z_{i,labels_i})
# args: z: real[n,K]; labels: index(K)[n]
# levels: correct, stable
# finding: none
import numpy as np


def loss(logits, labels):
    onehot = np.eye(logits.shape[1])[labels]
    z = logits - logits.max(1, keepdims=True)
    return -np.mean((onehot * (z - np.log(np.exp(z).sum(1, keepdims=True)))).sum(1))
