# Types of case.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.activity cimport Many, kept, rang
from clearbell.screening.outline cimport Limits, Traits
from clearbell.screening.traffic cimport Traffic
from clearbell.screening.views.views cimport Views
from clearbell.screening.views.entitlements cimport Entitlements
from clearbell.screening.views.wills cimport Wills
from clearbell.screening.windows cimport tally_count

cdef long long _EMERGENCY, _WITHHELD, _MALFORMED, _TRUNK, _SIGNED, _HOLDER, _LABEL, _RESTRICTED, _LIST, _WISHES
cdef long long _REFUSED, _CALLED_BACK, _TALKED, _ACTIVE, _HOLDER_ACTIVE, _REPEATED, _BUSY, _ENDED, _RUNG
cdef long long _M1, _H1

cdef class Case:
    cdef public object call, pack, resource, holder_activity, label, trunk, wish
    cdef public Views views
    cdef public bint emergency
    cdef public str holder
    cdef public Traffic traffic
    cdef public long long refused_number, called, called_back, talked, tally
    cdef public long long outline
    cdef public object found
    cdef object _activity

    @cython.locals(traits=cython.longlong, callees=cython.longlong, views=Views, trunk=str)
    cdef long long _known(self, object call, Traits of_numbers, Limits limits) except? -1
    @cython.locals(traits=cython.longlong, views=Views)
    cdef long long _of_caller(self, object call, object caller) except? -1
    @cython.locals(traits=cython.longlong, wills=Wills)
    cdef long long _of_callee(self, long long callee, Limits limits) except? -1
    @cython.locals(traits=cython.longlong, traffic=Traffic)
    cdef long long _of_both(self, object caller, long long callee) except? -1
    @cython.locals(traits=cython.longlong, many=Many, events=cython.longlong, packed=bytes)
    cdef long long _done(self, object callee, Limits limits) except? -1
