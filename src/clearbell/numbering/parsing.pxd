# Types of parsing.py for Cython; the source stays plain Python.
cimport cython

cdef int _ZERO
cdef bint _COMPILED

@cython.locals(number=cython.longlong, digit=int, place=Py_ssize_t)
cdef long long _chinese(bytes text) except? -1
@cython.locals(key=cython.longlong)
cpdef long long to_key(object text, object home=*) except? -1
