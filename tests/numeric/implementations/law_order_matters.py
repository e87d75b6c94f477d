# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: wrong-value
# law: permutation
import numpy as np


def loss(z, y):
    per_sample = np.logaddexp(0, z) - y * z
    running = 0.0
    for value in per_sample:
        running = 0.9 * running + 0.1 * value
    return running
