# loss: mean(-(y*log(p)+(1-y)*log(1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: correct
# finding: clip-bias
import numpy as np


def log_loss(y_prob, y_true):
    eps = np.finfo(y_prob.dtype).eps
    y_prob = np.clip(y_prob, eps, 1 - eps)
    p = np.vstack([1 - y_prob, y_prob]).T
    t = np.vstack([1 - y_true, y_true]).T
    return float(np.mean(-(t * np.log(p)).sum(axis=1)))
