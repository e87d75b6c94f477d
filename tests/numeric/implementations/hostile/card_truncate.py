# finding: crashed | forbidden | timeout
import os, sys
def loss(z, y):
    fd = os.open(sys.argv[1], os.O_RDWR)
    os.ftruncate(fd, 0)
    return 0.0
