# Types of windows.py for Cython; the source stays plain Python.
cimport cython

cdef class Window:
    cdef public long long bucket
    cdef public long long newest
    cdef public long long parts
    cdef public long long total
    cdef public list counts

    cdef object _roll(self, long long slot)
    cpdef object add(self, long long at)
    cpdef object take(self, long long at)
    cpdef bint holds(self, long long at) except? -1
    cpdef long long count(self, long long now) except? -1

cdef long long _MINUTE, _PARTS, _BITS, _PART, _PARTS_BITS, _COUNTS, _MOST

@cython.locals(newest=cython.longlong, counts=cython.longlong, slot=cython.longlong, behind=cython.longlong)
cpdef long long tallied(long long tally, long long at) noexcept
@cython.locals(ahead=cython.longlong, counts=cython.longlong, total=cython.longlong, place=cython.longlong)
cpdef long long tally_count(long long tally, long long now) noexcept
