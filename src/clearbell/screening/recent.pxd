# Types of recent.py for Cython; the source stays plain Python.
cimport cython

cdef class Recent:
    cdef Py_ssize_t _half
    cdef dict _young
    cdef dict _old
    cdef list _dying

    cpdef object get(self, object key)
    @cython.locals(young=dict)
    cpdef object put(self, object key, object value)
    cpdef object turn(self)
    cpdef object pop(self, object key)
    @cython.locals(dying=dict)
    cdef object _drop(self)
