"""The split engine: a student's code and the checks never share a process.

A submission goes through these modules, in this order:

    worker    one grading process as the supervisor sees it: a job goes in, an attempt comes out
    base      that process: the checks are compiled; it forks an examiner for each submission
    plan      the assignment as the examiner runs it, read from its source; each check in its parts
    examiner  the trusted process: given cells, the trusted lines of checks, the points
    pupil     a student's process as the examiner sees it
    channel   messages to the student's process with a deadline, on reads and on writes
    codec     what a message may hold: data, never code; replies says what makes a message a reply
    nursery   the zygote as the examiner sees it
    zygote    an interpreter with the slow imports done (warm), libraries adapted to the sandbox
              (adapted), from which students' processes are forked
    sandbox   what such a process gives up before it sees a student's line: descriptors, limits,
              namespaces, landlock, seccomp; readable says what it may read, scratch where it writes
    student   runs the student's cells and the probes; from its first line on it is not trusted
    cells     code cells in one namespace: IPython's shell without Jupyter
    autograded  the notebook that formgrader opens
"""
