# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: wrong-value
import numpy as np


def loss(z, y):
    # mean of the chunks' means: wrong when the last chunk is shorter
    per = np.logaddexp(0, z) - y * z
    chunks = [per[i : i + 256].mean() for i in range(0, len(per), 256)]
    return np.mean(chunks)
