# loss: mean(-(y*alpha*(1-sigmoid(z))^gamma*log_sigmoid(z) + (1-y)*(1-alpha)*sigmoid(z)^gamma*log_sigmoid(-z)))
# args: z: real[n]; y: {0,1}[n]; alpha: (0,1) = 0.25; gamma: nonnegative = 2
# entry: focal
# levels: correct
# finding: domain-error
import numpy as np


def ls(x):
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def focal(z, y, alpha=0.25, gamma=2.0):
    t = np.where(y == 1, z, -z)
    at = np.where(y == 1, alpha, 1 - alpha)
    # gamma = 0 divides by zero
    return -np.mean(at * np.exp(ls(-t)) ** (1 / (1 / gamma)) * ls(t))
