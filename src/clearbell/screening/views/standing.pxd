# Types of standing.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.views.packed cimport PackedTable

cdef class Standing:
    cdef public PackedTable _labels
    cdef public object _categories

    @cython.locals(row=bytes)
    cpdef object label_of(self, unsigned long long number, object at)
