# loss: logsumexp(z)
# args: z: real[K]
# needs: scipy
# levels: correct, stable, precise
from scipy.special import logsumexp


def loss(z):
    return logsumexp(z)
