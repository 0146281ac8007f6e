# Types of traffic.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.activity cimport Many, is_full, joined, kept, noted, within
from clearbell.screening.recent cimport Recent
from clearbell.screening.recent_numbers cimport RecentEvents, RecentNumbers
from clearbell.screening.windows cimport tallied

cdef bint _COMPILED
cdef long long _ATTEMPT
cdef int _KIND_BITS

cdef class Callers:
    cdef Recent _few, _busy
    cdef RecentEvents _fewest

    @cython.locals(packed=bytes)
    cpdef object found(self, object caller)
    cpdef object activity(self, object caller)
    cpdef object note(self, object caller, long long kind, object at, object callee)
    @cython.locals(many=Many, packed=bytes, moment=cython.longlong)
    cpdef object note_of(self, object caller, object found, long long kind, object at, object callee)
    @cython.locals(events=cython.longlong)
    cdef object _keep(self, object caller, bytes packed)

cdef class Traffic:
    cdef long long _short, _one_ring, _known
    cdef public Callers _numbers, _holders
    cdef public Recent _pairs
    cdef public RecentNumbers _rung, _calls, _talks, _emergency

    cpdef object number(self, object caller)
    cpdef object holder(self, object holder)
    cpdef object found(self, object caller)
    cpdef long long repeats(self, object holder, object callee, object at, object width) except? -1
    cpdef long long tally(self, long long callee) except? -1
    cpdef object attempt(self, object call, str holder, bint emergency, bint stranger, object found, long long last, long long tally)
    cpdef object ended(self, object end, object holder)
    cpdef long long talked(self, long long one, long long other) except? -1
    cpdef long long called(self, long long caller, long long callee) except? -1
    cpdef long long dialled_emergency(self, long long number) except? -1
