# loss: mean_i(max(0, sum((a_i-b_i)^2)-sum((a_i-c_i)^2)+margin))
# args: a: real[n,d]; b: real[n,d]; c: real[n,d]; margin: positive = 1
# levels: none
# finding: wrong-value
import numpy as np


def triplet(a, b, c, margin=1.0):
    dp = np.linalg.norm(a - b, axis=1)
    dn = np.linalg.norm(a - c, axis=1)
    return np.mean(np.maximum(dp - dn + margin, 0))
