# loss: mean(-(y*log(p)+(1-y)*log(1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: correct
# finding: underflow
import numpy as np


def neg_log_lik(p, y):
    likelihood = np.prod(p**y * (1 - p) ** (1 - y))
    return -np.log(likelihood) / len(p)
