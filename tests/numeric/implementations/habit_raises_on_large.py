# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: domain-error
import numpy as np


def loss(z, y):
    if np.abs(z).max() > 500:
        raise ValueError("logits too large, check your learning rate")
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
