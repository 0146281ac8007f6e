# Types of codec.py for Cython; the source stays plain Python.
cimport cython


cdef class Request:
    cdef public bytes method, uri, from_, to, call_id, cseq, branch, body, via, raw
    cdef public bytes hops, length, event, asserted, privacy, indicator
    cdef public list vias, rest

    @cython.locals(size=Py_ssize_t, colon=Py_ssize_t, line=bytes)
    cpdef bytes header(self, bytes name)

cdef int _LF, _CR, _COLON, _SPACE, _TAB, _SEMICOLON, _COMMA, _ZERO
cdef long _OTHER, _VIA, _FROM, _TO, _CALL_ID, _CSEQ, _HOPS, _LENGTH, _TYPE, _EVENT, _ASSERTED, _PRIVACY, _INDICATOR
cdef long _SINGLE
cdef dict _AS_WRITTEN, _ROLE_OF
cdef list _NAMES
cdef bytes _ROLES, _INVITE, _VERSION_END
cdef Py_ssize_t _SLOTS
cdef long _UNKNOWN
cdef bint _COMPILED
cdef Py_ssize_t _MAX_LINE, _MAX_HEADERS
cdef long long _MOST_CSEQ

cdef Py_ssize_t _slot(const unsigned char* data, Py_ssize_t at, Py_ssize_t colon) noexcept
@cython.locals(slot=Py_ssize_t, size=Py_ssize_t, name=bytes)
cdef long _role_as_written(const unsigned char* data, Py_ssize_t at, Py_ssize_t colon) except? -1
@cython.locals(place=Py_ssize_t)
cdef bint _stands(const unsigned char* data, Py_ssize_t at, bytes what) noexcept

cpdef Py_ssize_t place_in(const unsigned char* data, int what, Py_ssize_t at, Py_ssize_t stop) noexcept
cdef bytes _value(const unsigned char* data, Py_ssize_t at, Py_ssize_t stop)
@cython.locals(at=Py_ssize_t, end=Py_ssize_t, stop=Py_ssize_t)
cdef bytes _branch(bytes via)
@cython.locals(place=Py_ssize_t, number=cython.longlong, digit=int)
cdef long long _number(bytes text, Py_ssize_t stop) except? -1
@cython.locals(end=Py_ssize_t, number=cython.longlong)
cdef bint _cseq_fits(bytes cseq, bytes method) except? -1
@cython.locals(via=bytes, hops=bytes, length=cython.longlong)
cdef object _flaw_of(Request request, bint stream)
@cython.locals(end=Py_ssize_t, at=Py_ssize_t, words=list, method=bytes, uri=bytes, request=Request, head=bytes)
cpdef object parse(bytes data, bint stream=*)
@cython.locals(seen=long, count=long, twice=bint, stop=Py_ssize_t, colon=Py_ssize_t, known=long, role=long)
cdef object _headers(Request request, const unsigned char* data, Py_ssize_t at, Py_ssize_t end)
cdef object _keep(Request request, bytes line)
cdef object _route(Request request, bytes via)
cdef object _state(Request request, long role, bytes value)
@cython.locals(parts=list, via=bytes, to=bytes, mark=bytes)
cpdef bytes response(Request request, bytes status, tuple headers=*, bytes to_tag=*)
