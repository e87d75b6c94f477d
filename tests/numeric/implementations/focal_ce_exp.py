# loss: mean(-(y*alpha*(1-sigmoid(z))^gamma*log_sigmoid(z) + (1-y)*(1-alpha)*sigmoid(z)^gamma*log_sigmoid(-z)))
# args: z: real[n]; y: {0,1}[n]; alpha: (0,1) = 0.25; gamma: nonnegative = 2
# levels: correct, stable
# finding: none
import numpy as np


def focal(z, y, alpha=0.25, gamma=2.0):
    ce = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    pt = np.exp(-ce)
    at = alpha * y + (1 - alpha) * (1 - y)
    return np.mean(at * (1 - pt) ** gamma * ce)
