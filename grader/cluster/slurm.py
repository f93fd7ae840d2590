"""Grade with workers that run as Slurm jobs, and end them: see README.md beside this file.

python grader/cluster/slurm.py JOBS VERB ASSIGNMENT [options of `python -m grader`]
"""

import sys

from dask_jobqueue import SLURMCluster
from distributed import Security

from grader.__main__ import main

if __name__ == "__main__":
    jobs, *words = sys.argv[1:]
    # Certificates, cores, memory and partition: see the folder dask/.
    with SLURMCluster(security=Security(), protocol="tls://") as cluster:
        print(cluster.job_script())
        cluster.scale(jobs=int(jobs))
        sys.exit(main([*words, "--scheduler", cluster.scheduler_address]))
