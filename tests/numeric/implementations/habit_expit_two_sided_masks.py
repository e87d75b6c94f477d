# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable, precise
# finding: none
import numpy as np


def loss(z, y):
    z = np.asarray(z, dtype=np.float64)
    out = np.empty_like(z)
    pos = z >= 0
    neg = ~pos
    out[pos] = (1 - y[pos]) * z[pos] + np.log1p(np.exp(-z[pos]))
    out[neg] = -y[neg] * z[neg] + np.log1p(np.exp(z[neg]))
    return float(np.mean(out))
