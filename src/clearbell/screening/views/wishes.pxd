# Types of wishes.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.views.packed cimport PackedTable

cdef class Wishes:
    cdef public PackedTable table
    cdef public set zones
    cdef public object _pool
    cdef public dict _read

    @cython.locals(code=bytes)
    cpdef object get(self, unsigned long long owner)
    cdef object _wish(self, bytes code)
