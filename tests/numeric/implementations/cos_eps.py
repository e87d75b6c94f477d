# loss: 1 - dot(a,b)/(norm(a)*norm(b))
# args: a: real[d]; b: real[d]
# levels: correct
# finding: clip-bias
import numpy as np


def cosine(a, b, eps=1e-8):
    return 1 - np.dot(a, b) / max(np.linalg.norm(a) * np.linalg.norm(b), eps)
