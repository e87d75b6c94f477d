# loss: -sum((y*(1-eps)+eps/K)*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]; eps: [0,1) = 0.1
# levels: none
# finding: wrong-value
import numpy as np


def loss(z, y, eps=0.1):
    K = z.shape[1]
    t = y * (1 - eps) + (1 - y) * eps / (K - 1)
    z = z - z.max(1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(1, keepdims=True))
    return -(t * logp).sum() / len(z)
