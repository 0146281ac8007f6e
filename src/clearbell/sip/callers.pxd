# Types of callers.py for Cython; the source stays plain Python.
cimport cython
from clearbell.sip.codec cimport Request

@cython.locals(start=Py_ssize_t, end=Py_ssize_t)
cpdef bytes address(bytes value)
@cython.locals(colon=Py_ssize_t, end=Py_ssize_t, kind=bytes, name=bytes)
cpdef bytes user(bytes uri)
@cython.locals(at=Py_ssize_t, end=Py_ssize_t)
cdef object _verstat(bytes value)
cpdef object attestation_of(Request request, bytes asserted)
cdef str _text(bytes value)
@cython.locals(asserted=bytes, caller_user=bytes, callee_user=bytes, privacy=bytes, lowered=bytes, withheld=bint, trunk=bytes)
cpdef object call_of(Request request, object now, str source, object reading, object to_key)
