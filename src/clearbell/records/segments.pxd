# Types of segments.py for Cython; the source stays plain Python.
cimport cython

cdef bint _COMPILED
cdef Py_ssize_t _HEAD_BYTES
cdef object _pack_head, _crc32

cdef class SegmentWriter:
    cdef public object folder, path
    cdef public Py_ssize_t size, written
    cdef Py_ssize_t _most, _at
    cdef object _map
    cdef unsigned char[::1] _bytes

    @cython.locals(length=Py_ssize_t, need=Py_ssize_t, at=Py_ssize_t, body=Py_ssize_t)
    cpdef object write(self, bytes record)
    @cython.locals(view="unsigned char[::1]", place=cython.size_t)
    cdef object _lay(self, size_t at, const unsigned char* record, size_t length)
