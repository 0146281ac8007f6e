# Types of entitlements.py for Cython; the source stays plain Python.
cimport cython

cdef class Entitlements:
    cdef public dict trunks, categories
    cdef public dict _assigned, _singles
    cdef public list _starts, _ranges

    @cython.locals(place=Py_ssize_t)
    cpdef object resource_of(self, object number)
