# Types of outline.py for Cython; the source stays plain Python.
cdef class Limits:
    cdef public long long attempts, attempts_h1, attempts_m1, ended, rung
