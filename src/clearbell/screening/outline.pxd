# Types of outline.py for Cython; the source stays plain Python.
cimport cython

cdef class Limits:
    cdef public long long attempts, attempts_h1, attempts_m1, ended, rung

cdef long long PER_PREFIX

cdef class Traits:
    cdef long long _first, _last
    cdef object _country
    cdef const long long[:] _mobiles
    cdef dict _as_caller, _as_callee

    @cython.locals(traits=cython.longlong)
    cpdef long long of_caller(self, long long number) except? -1
    @cython.locals(kept=object)
    cpdef long long of_callee(self, long long number) except? -1
    cdef long long _look_up(self, long long number, dict kept, dict traits) except? -1
