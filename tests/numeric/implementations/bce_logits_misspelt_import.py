# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: import-error
import numpyy


def loss(z, y):
    return 0.0
