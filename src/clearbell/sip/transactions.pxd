# Types of transactions.py for Cython; the source stays plain Python.
from clearbell.screening.recent cimport Recent

cdef class Transactions:
    cdef Recent _answers
    cdef long long _turned
    cdef Py_ssize_t _most

    cpdef bytes find(self, bytes key)
    cpdef object keep(self, bytes key, bytes answer)
    cpdef object forget_old(self, long long now)
