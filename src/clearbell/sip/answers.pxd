# Types of answers.py for Cython; the source stays plain Python.
cimport cython
from clearbell.sip.codec cimport Request, response

cdef bint _COMPILED
cdef bytes _HEX
cdef int _SPACE, _LESS, _MORE, _QUOTE, _LAST

@cython.locals(value=cython.ulonglong)
cpdef bytes to_tag(Request request)
@cython.locals(digits=bytearray, place=int)
cdef bytes _hex(unsigned long long value)
@cython.locals(place=Py_ssize_t, sign="unsigned char")
cdef bint _is_plain(bytes text) noexcept
cdef bytes _uri(bytes text)
cdef tuple _labelled(Request request, object decision, object style, object words)
cpdef bytes code_taken(Request request, object contact)
@cython.locals(mark=bytes, marks=tuple, tag=bytes, named=tuple)
cpdef bytes write(Request request, object decision, object style, object words)
cdef bytes _contact(Request request)
