# Types of redirect.py for Cython; the source stays plain Python.
cimport cython
from clearbell.sip.codec cimport Request, parse, response
from clearbell.sip.sources cimport Sources
from clearbell.sip.transactions cimport Transactions

cdef class Redirect:
    cdef public Sources _sources
    cdef public object _screen, _fail_open, _ended, _words, _coded
    cdef Transactions _transactions
    cdef long long _told, _received, _invites, _continued
    cdef dict _counts

    cdef object _count(self, str name)
    @cython.locals(request=Request, key=bytes, given=bytes, answer=bytes)
    cpdef bytes receive(self, bytes data, str host, object now, bint stream=*)
    cdef bytes _malformed(self, object malformed)
    cdef bytes _answer(self, Request request, object source, object now)
    @cython.locals(answer=object)
    cdef bytes _invite(self, Request request, object source, object now)
    cdef bytes _code(self, Request request, object call, object source)
    cdef bytes _publish(self, Request request, object source, object now)
    cpdef object shed(self, object count)
    cpdef object tidy(self, object now)
