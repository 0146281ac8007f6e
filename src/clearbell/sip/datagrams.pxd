# Types of datagrams.py for Cython; the source stays plain Python.
cimport cython

cdef class Batched:
    cdef object _sock, _number, _recvmmsg, _sendmmsg, _names, _in, _out, _taken, _given, _pieces, _notes
    cdef object _names_bytes, _in_bytes, _out_bytes
    cdef unsigned long long[:] _taken_words
    cdef unsigned long long[:] _given_words
    cdef unsigned long long[:] _piece_words
    cdef unsigned long long[:] _note_words
    cdef Py_ssize_t _count, _waiting, _used
    cdef unsigned long long _out_at
    cdef dict _hosts

    cpdef Py_ssize_t receive(self) except? -1
    @cython.locals(at=Py_ssize_t)
    cpdef bytes data(self, Py_ssize_t place)
    @cython.locals(at=Py_ssize_t)
    cpdef str host(self, Py_ssize_t place)
    cdef str _read_host(self, bytes raw)
    @cython.locals(at=Py_ssize_t, size=Py_ssize_t, used=Py_ssize_t, piece=Py_ssize_t)
    cpdef object answer(self, Py_ssize_t place, bytes answer)
    cpdef object send(self)
    @cython.locals(at=Py_ssize_t)
    cpdef long long waited(self, Py_ssize_t place) except? -1

cdef Py_ssize_t _NAME, _WORDS, _ROOM, _PLACES, _NOTE
cdef unsigned long long _LOW
