# Types of own_lists.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.views.ragged cimport RaggedTable

cdef class OwnLists:
    cdef public RaggedTable table

    cpdef bint has(self, unsigned long long owner) except? -1
    cpdef object get(self, unsigned long long owner)

cdef class RefusedNumbers:
    cdef public RaggedTable table

    cpdef long long refused_at(self, object caller, unsigned long long callee) except? -1
