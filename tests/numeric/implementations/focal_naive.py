# loss: mean(-(y*alpha*(1-sigmoid(z))^gamma*log_sigmoid(z) + (1-y)*(1-alpha)*sigmoid(z)^gamma*log_sigmoid(-z)))
# args: z: real[n]; y: {0,1}[n]; alpha: (0,1) = 0.25; gamma: nonnegative = 2
# levels: correct
# finding: overflow
import numpy as np


def f(z, y, alpha=0.25, gamma=2.0):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * alpha * (1 - p) ** gamma * np.log(p) + (1 - y) * (1 - alpha) * p**gamma * np.log(1 - p))
