# Types of ragged.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.views.packed cimport Changes, place_of

cdef class RaggedColumns:
    cdef public const unsigned long long[:] keys
    cdef public object offsets, words

cdef class RaggedTable:
    cdef public Changes _changes
    cdef public RaggedColumns _columns
    cdef public Py_ssize_t _size

    @cython.locals(part=dict, columns=RaggedColumns, place=Py_ssize_t)
    cpdef object get(self, unsigned long long key)
    @cython.locals(part=dict)
    cpdef bint has(self, unsigned long long key) except? -1
