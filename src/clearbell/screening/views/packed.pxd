# Types of packed.py for Cython; the source stays plain Python.
cimport cython

cdef bint COMPILED
cdef unsigned long long _PART

@cython.locals(count=Py_ssize_t, place=Py_ssize_t, rest=Py_ssize_t, half=Py_ssize_t)
cpdef Py_ssize_t place_of(const unsigned long long[:] keys, unsigned long long key) noexcept

cdef class Changes:
    cdef public tuple _parts

    cpdef dict part(self, unsigned long long key)

cdef class Columns:
    cdef public const unsigned long long[:] keys
    cdef public object rows
    cdef public Py_ssize_t width

    cpdef Py_ssize_t find(self, unsigned long long key) noexcept
    @cython.locals(start=Py_ssize_t)
    cpdef bytes row(self, Py_ssize_t place)

cdef class PackedTable:
    cdef public Changes _changes
    cdef public Columns _columns
    cdef public Py_ssize_t _size
    cdef public Py_ssize_t width

    @cython.locals(part=dict, columns=Columns, place=Py_ssize_t)
    cpdef bytes get(self, unsigned long long key)

cdef class WideTable:
    cdef public Py_ssize_t width
    cdef public dict _tables

    @cython.locals(table=PackedTable)
    cpdef bytes get(self, object key)
