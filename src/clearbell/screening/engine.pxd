# Types of engine.py for Cython; the source stays plain Python.
cimport cython
from clearbell.screening.case cimport Case
from clearbell.screening.outline cimport Limits, Traits
from clearbell.screening.traffic cimport Traffic
from clearbell.screening.views.views cimport Views

cdef class Plan:
    cdef public long long looked, not_applicable
    cdef public tuple looks

cdef class Engine:
    cdef public object pack
    cdef public Views views
    cdef public Traffic traffic
    cdef object _ids, _calm, _version
    cdef Limits _limits
    cdef Traits _of_numbers
    cdef dict _plans

    @cython.locals(case=Case)
    cpdef object screen(self, object call)
    cdef Plan _plan(self, object outline)
    @cython.locals(plan=Plan, charges=list, marks=tuple, said=tuple, not_applicable=cython.longlong, bit=cython.longlong, looked=cython.longlong)
    cdef object _judge(self, Case case)
    cdef object _decision(self, Case case, object action, object answer, tuple charges, str decided_by, object looked, object not_applicable, tuple marks)
    cdef object _count(self, Case case)
