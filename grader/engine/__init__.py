"""The split engine: a student's code and the checks never share a process.

A submission goes through these modules, in this order:

    worker    one grading process as the supervisor sees it: a job goes in, an attempt comes out
    base      that process: the checks are compiled; it forks an examiner for each submission
    plan      the assignment as the examiner runs it, read from its source
    examiner  the trusted process: runs the source's given and check cells
    pupil     a student's process as the examiner sees it
    proxies   what stands there for the names that the student defined
    gradients, randomness, torch_state  gradients, seeds and modules that both sides know
    channel   messages to the student's process with a deadline, on reads and on writes
    wire      what a message may hold: data in a strict binary form, never code
    zygote    an interpreter with the slow imports done, from which students' processes are forked
    sandbox   what such a process gives up before it sees a student's line: descriptors, limits,
              namespaces, landlock, seccomp; readable says what it may read, scratch where it writes
    student   runs the student's cells and answers calls; from its first line on it is not trusted
    cells     code cells in one namespace, without Jupyter
    autograded  the notebook that formgrader opens
"""
