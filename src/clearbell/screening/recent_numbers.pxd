# Types of recent_numbers.py for Cython; the source stays plain Python.
cimport cython

cdef bint COMPILED
cdef Py_ssize_t _WORDS
cdef unsigned long long _MIX_ONE, _MIX_OTHER
cdef int _TAG_FROM, _TAKEN

cdef class Half:
    cdef Py_ssize_t count
    cdef unsigned long long mask
    cdef unsigned long long[::1] words
    cdef unsigned char[::1] tags

cdef class RecentNumbers:
    cdef Py_ssize_t _half
    cdef unsigned long long _seed
    cdef dict _young, _old
    cdef Half _now, _later

    @cython.locals(mixed=cython.ulonglong, found=cython.longlong)
    cpdef long long get(self, long long one, long long other) except? -1
    @cython.locals(mixed=cython.ulonglong, half=Half, place=Py_ssize_t)
    cpdef object put(self, long long one, long long other, long long value)
    @cython.locals(mixed=cython.ulonglong)
    cdef unsigned long long _mixed(self, unsigned long long one, unsigned long long other) noexcept
    @cython.locals(place=Py_ssize_t)
    cdef long long _found(self, Half half, unsigned long long mixed, unsigned long long one, unsigned long long other) noexcept
    @cython.locals(mask=cython.ulonglong, place=cython.ulonglong, at=Py_ssize_t, tag="unsigned char")
    cdef Py_ssize_t _place(self, Half half, unsigned long long mixed, unsigned long long one, unsigned long long other) noexcept
    cdef Half _turned(self)
