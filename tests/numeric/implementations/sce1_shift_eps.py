# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# entry: loss
# levels: correct
# finding: clip-bias
import numpy as np


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def loss(z, y):
    return -np.sum(y * np.log(softmax(z) + 1e-12)) / len(z)
