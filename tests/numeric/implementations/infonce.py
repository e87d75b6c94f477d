# loss: mean_i(logsumexp((A@transpose(B))_i) - (A@transpose(B))_{i,i})
# args: A: real[n,d]; B: real[n,d]
# levels: correct, stable
# finding: none
import numpy as np


def info_nce(A, B):
    s = A @ B.T
    m = s.max(axis=1, keepdims=True)
    lse = m[:, 0] + np.log(np.exp(s - m).sum(axis=1))
    return np.mean(lse - np.diag(s))
