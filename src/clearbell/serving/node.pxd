# Types of node.py for Cython; the source stays plain Python.
cimport cython
from clearbell.records.journal cimport Journal
from clearbell.screening.engine cimport Engine

cdef class Node:
    cdef public object store, pack, home, randomness, folder, started, follower
    cdef public Journal _journal
    cdef public Engine _engine
    cdef object _counts, _recent, _lock
    cdef long long _calm

    cpdef object screen(self, object call)
    @cython.locals(reason=object)
    cdef object _record(self, object decision)
