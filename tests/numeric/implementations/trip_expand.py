# loss: mean_i(max(0, sum((a_i-b_i)^2)-sum((a_i-c_i)^2)+margin))
# args: a: real[n,d]; b: real[n,d]; c: real[n,d]; margin: positive = 1
# entry: triplet
# levels: correct
# finding: cancellation
import numpy as np


def sq(a, b):
    return (a * a).sum(1) - 2 * (a * b).sum(1) + (b * b).sum(1)


def triplet(a, b, c, margin=1.0):
    return np.mean(np.maximum(sq(a, b) - sq(a, c) + margin, 0))
