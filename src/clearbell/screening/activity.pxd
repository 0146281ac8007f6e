# Types of activity.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.windows cimport Window

cdef long long _ATTEMPT, _ENDED, _ONE_RING, _SHORT, _H1, _H24, _M1
cdef Py_ssize_t _EVENT_BYTES, _MOST_BYTES, _MOST_CALLEES

cdef class Many:
    cdef Window _attempts_m1, _attempts_m5, _attempts_h1, _attempts_h24
    cdef Window _distinct_h1, _distinct_h24, _ended_h1, _ended_h24
    cdef Window _answered, _short, _one_ring
    cdef public dict callees

    cpdef object note(self, long long kind, long long at, object callee)
    @cython.locals(before=tuple, last=cython.longlong, latest=cython.longlong)
    cdef object _attempt(self, object callee, long long at)
    cdef Window _attempts_of(self, long long index)
    cpdef long long most_attempts(self, long long index) except? -1
    cpdef long long most_ended(self) except? -1
    cpdef bint rang(self, object callee) except? -1
    cpdef long long attempts(self, long long index, long long now) except? -1
    cpdef long long distinct(self, long long index, long long now) except? -1
    cpdef long long ended(self, long long index, long long now) except? -1
    cpdef long long answered(self, long long now) except? -1
    cpdef long long one_ring(self, long long now) except? -1
    cpdef long long repeats(self, object callee, long long at, long long width) except? -1

cpdef bytes noted(bytes packed, long long kind, long long at, object callee)
cpdef bint rang(bytes packed, object callee) except? -1
cpdef Py_ssize_t kept(bytes packed) except? -1
cpdef bint is_full(bytes packed) except? -1
cpdef tuple joined(tuple times, object at)
@cython.locals(count=cython.longlong, time=cython.longlong)
cpdef long long within(tuple times, long long at, long long width) except? -1
