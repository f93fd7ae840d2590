"""The split engine: a student's code and the checks never share a process.

A submission goes through these modules, in this order:

    worker    one grading process: a student zygote and the checks; a fork for each submission
    examiner  the trusted process: runs the source's given and check cells
    proxies   what stands there for the names that the student defined
    channel   messages to the student's process with a deadline, on reads and on writes
    wire      what a message may hold: data in a strict binary form, never code
    zygote    an interpreter with the slow imports done, from which students' processes are forked
    sandbox   what such a process gives up before it sees a student's line
    student   runs the student's cells and answers calls; from its first line on it is not trusted
"""
