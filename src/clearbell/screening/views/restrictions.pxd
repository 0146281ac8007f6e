# Types of restrictions.py for Cython; the source stays plain Python.
cdef class Restrictions:
    cdef dict _all
    cdef public dict numbers, holders, trunks
    cdef public long long barring_holders

    cpdef bint bear_on(self, object caller, object callee, str holder, str trunk) except? -1
