# loss: mean(-(y*log(p)+(1-y)*log(1-p)))
# args: p: (0,1)[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def compute_cost(A, Y):
    m = Y.shape[0]
    cost = -(np.dot(Y, np.log(A)) + np.dot(1 - Y, np.log(1 - A))) / m
    return cost
