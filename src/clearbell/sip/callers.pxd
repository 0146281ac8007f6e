# Types of callers.py for Cython; the source stays plain Python.
cimport cython
from clearbell.numbering.parsing cimport to_key
from clearbell.sip.codec cimport Request, place_in

cdef int _AT, _SEMICOLON, _COLON, _EQUALS, _LAST_DIGIT, _LESS, _MORE
cdef bytes _ENDS_VERSTAT

@cython.locals(start=Py_ssize_t, end=Py_ssize_t, size=Py_ssize_t)
cpdef bytes address(bytes value)
@cython.locals(end=Py_ssize_t)
cpdef bytes user(bytes uri)
@cython.locals(colon=Py_ssize_t, end=Py_ssize_t)
cdef bytes _user(bytes uri)
@cython.locals(stop=Py_ssize_t)
cdef Py_ssize_t _first(bytes uri, Py_ssize_t start, Py_ssize_t end) except? -1
@cython.locals(at=Py_ssize_t, end=Py_ssize_t, size=Py_ssize_t)
cdef object _verstat(bytes value)
cpdef object attestation_of(Request request, bytes asserted)
cdef str _text(bytes value)
@cython.locals(asserted=bytes, caller_user=bytes, callee_user=bytes, privacy=bytes, lowered=bytes, withheld=bint, trunk=bytes)
cpdef object call_of(Request request, object now, str source, object reading)
