# Types of case.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.activity cimport Many, kept, rang
from clearbell.screening.outline cimport Limits
from clearbell.screening.traffic cimport Traffic
from clearbell.screening.windows cimport tally_count

cdef long long _CALLER, _WITHHELD, _MALFORMED, _TRUNK, _SIGNED, _HOLDER, _LABEL, _RESTRICTED, _LIST, _WISHES
cdef long long _REFUSED, _CALLED_BACK, _TALKED, _ACTIVE, _HOLDER_ACTIVE, _REPEATED, _BUSY, _ENDED, _RUNG
cdef long long _M1, _H1

cdef class Case:
    cdef public object call, views, pack, caller_class, callee_class, resource, holder_activity, label, trunk, own_list, wish, refused_number
    cdef public str holder
    cdef public Traffic traffic
    cdef public long long called, called_back, talked, tally
    cdef public long long outline
    cdef public object found
    cdef object _activity

    @cython.locals(traits=cython.longlong)
    cdef long long _seen(self, object call, object caller, object callee, str trunk)
    @cython.locals(traits=cython.longlong, traffic=Traffic, many=Many, events=cython.longlong, packed=bytes)
    cdef long long _done(self, object callee, Limits limits)
