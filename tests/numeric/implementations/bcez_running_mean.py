# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: not-deterministic
import numpy as np

history = []


def loss(z, y):
    history.append(np.mean(np.logaddexp(0, z) - y * z))
    return np.mean(history)
