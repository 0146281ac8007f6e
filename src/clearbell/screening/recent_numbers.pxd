# Types of recent_numbers.py for Cython; the source stays plain Python.
cimport cython

cdef bint COMPILED
cdef Py_ssize_t _PAIR, _EVENTS
cdef unsigned long long _MIX_ONE, _MIX_OTHER, _SEED
cdef int _TAG_FROM, _ENTRY_BITS
cdef unsigned int _ENTRY

cdef class Half:
    cdef Py_ssize_t count, width
    cdef unsigned long long mask
    cdef unsigned long long[::1] words
    cdef unsigned int[::1] index

    @cython.locals(place=cython.ulonglong, at=cython.size_t, tag=cython.ulonglong, slot=cython.uint)
    cdef Py_ssize_t find(self, unsigned long long mixed, unsigned long long one, unsigned long long other) noexcept
    @cython.locals(place=cython.ulonglong, at=cython.size_t)
    cdef Py_ssize_t add(self, unsigned long long mixed, unsigned long long one, unsigned long long other) noexcept

@cython.locals(mixed=cython.ulonglong)
cdef unsigned long long _mixed(unsigned long long one, unsigned long long other) noexcept

cdef class RecentNumbers:
    cdef Py_ssize_t _half
    cdef dict _young, _old
    cdef Half _now, _later

    @cython.locals(mixed=cython.ulonglong, half=Half, at=Py_ssize_t)
    cpdef long long get(self, long long one, long long other) except? -1
    @cython.locals(mixed=cython.ulonglong, half=Half, at=Py_ssize_t)
    cpdef object put(self, long long one, long long other, long long value)

cdef class RecentEvents:
    cdef Py_ssize_t _half
    cdef Half _now, _later

    @cython.locals(mixed=cython.ulonglong, half=Half, at=Py_ssize_t)
    cpdef bytes get(self, long long number)
    @cython.locals(half=Half, at=Py_ssize_t)
    cpdef object begin(self, long long number, unsigned long long when, unsigned long long whom)
    @cython.locals(half=Half, at=Py_ssize_t, words=int, word=int)
    cpdef object put(self, long long number, bytes events)
    @cython.locals(mixed=cython.ulonglong, half=Half, at=Py_ssize_t)
    cdef Py_ssize_t _room(self, long long number) except? -1

@cython.locals(word=cython.ulonglong, place=int)
cdef unsigned long long _word(const unsigned char* data, size_t at) noexcept
