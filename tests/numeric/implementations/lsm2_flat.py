# loss: log_softmax(z)
# args: z: real[n,K]
# levels: none
# finding: wrong-axis
import numpy as np


def log_softmax(z):
    s = z - z.max()
    return s - np.log(np.exp(s).sum())
