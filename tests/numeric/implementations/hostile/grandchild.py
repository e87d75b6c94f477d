# finding: wrong-value
import subprocess
import sys


def loss(z, y):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    return 0.0
