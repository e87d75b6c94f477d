# loss: T^2*sum(softmax(t/T)*(log_softmax(t/T)-log_softmax(s/T)))/n
# args: s: real[n,K]; t: real[n,K]; T: positive = 2
# levels: none
# finding: swapped-arguments
import numpy as np


def _log_softmax(x):
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def loss(s, t, T=2.0):
    ls, lt = _log_softmax(s / T), _log_softmax(t / T)
    return T * T * np.sum(np.exp(ls) * (ls - lt)) / len(s)
