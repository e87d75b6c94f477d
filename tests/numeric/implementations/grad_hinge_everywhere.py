# loss: mean(max(0, 1 - y*z))
# args: z: real[n]; y: {-1,1}[n]
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-branch


def grad(z, y):
    return -y / len(z)
