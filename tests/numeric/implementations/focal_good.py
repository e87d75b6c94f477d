# loss: mean(-(y*alpha*(1-sigmoid(z))^gamma*log_sigmoid(z) + (1-y)*(1-alpha)*sigmoid(z)^gamma*log_sigmoid(-z)))
# args: z: real[n]; y: {0,1}[n]; alpha: (0,1) = 0.25; gamma: nonnegative = 2
# levels: correct, stable, precise
# finding: none
import numpy as np


def f(z, y, alpha=0.25, gamma=2.0):
    s = np.where(y == 1, z, -z)
    lp = np.minimum(s, 0) - np.log1p(np.exp(-np.abs(s)))
    lq = np.minimum(-s, 0) - np.log1p(np.exp(-np.abs(s)))
    a = np.where(y == 1, alpha, 1 - alpha)
    return -np.mean(a * np.exp(gamma * lq) * lp)
