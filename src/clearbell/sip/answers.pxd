# Types of answers.py for Cython; the source stays plain Python.
cimport cython
from clearbell.sip.codec cimport Request, response

cpdef bytes to_tag(Request request)
cdef bytes _uri(bytes text)
cdef tuple _labelled(Request request, object decision, object style, object words)
cpdef bytes code_taken(Request request, object contact)
@cython.locals(mark=bytes, marks=tuple, tag=bytes, named=tuple)
cpdef bytes write(Request request, object decision, object style, object words)
cdef bytes _contact(Request request)
