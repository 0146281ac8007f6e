# Types of sources.py for Cython; the source stays plain Python.
cimport cython

cdef class Bucket:
    cdef double _rate, _tokens
    cdef long long _at

    cpdef bint take(self, long long now) except? -1

cdef class Sources:
    cdef list _networks
    cdef dict _buckets, _found, _addresses

    cpdef object of(self, str host)
    @cython.locals(known=bytes)
    cpdef bytes address(self, str host)
    cdef object _look_up(self, str host)
    @cython.locals(bucket=Bucket)
    cpdef bint within_limit(self, object source, long long now) except? -1
